import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { smallPictures } from '../e2e/small-pictures.js';
import { entryBytes } from '../pictures/made-archives.js';
import { repository } from '../shared.js';
import { FaultProxy } from '../s3/fault-proxy.js';
import { startSwift } from '../s3/swift.js';

/**
 * What pictures cost in archives and in an object store, against the same pictures in a folder: rates, run in turns, and
 * the parent's memory at tenths of a large archive. Prints Markdown.
 *
 *   node --import ./test/bench/run-typescript.js test/bench/sources.ts --photos <folder> [--rounds 3] [--real 200]
 *     [--tiny 600] [--gigabytes 10] [--only archives|memory|store]
 */
const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: path.join(repository, 'fixtures/images') },
    rounds: { type: 'string', default: '3' },
    real: { type: 'string', default: '200' },
    tiny: { type: 'string', default: '600' },
    gigabytes: { type: 'string', default: '10' },
    only: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const LATENCY_MS = 20;
const bin = path.join(repository, 'bin/facetag.js');
const work = mkdtempSync(path.join(tmpdir(), 'facetag-bench-sources-'));

const say = (text: string): void => {
  process.stdout.write(text + '\n');
};

interface Run {
  readonly rate: number;
  /** Highest of the parent, in MB. */
  readonly parentMb: number;
  /** Resident sets of the parent, in MB, at tenths of the run. */
  readonly tenths: readonly number[];
}

interface Summary {
  readonly pictures: number;
  readonly processed: number;
  readonly seconds: number;
  readonly peakMemory: { readonly parent: number };
}

/** Tags everything afresh. */
async function tag(input: string, env: Record<string, string> = {}): Promise<Run> {
  const output = path.join(work, 'out');
  rmSync(output, { recursive: true, force: true });
  const file = path.join(work, 'summary.json');
  const args = [bin, input, '-o', output, '-f', 'none', '-v', '--log-format', 'json', '--summary', file];
  const child = spawn(process.execPath, args, {
    cwd: work,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const seen: number[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const done = text.split('"picture-done"').length - 1;
    if (done > 0) seen.push(...new Array<number>(done).fill(residentMb(child.pid ?? 0)));
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  const { pictures, processed, seconds, peakMemory } = JSON.parse(readFileSync(file, 'utf8')) as Summary;
  if (code !== 0 || processed !== pictures)
    throw new Error(`${input}: exit ${String(code)}, ${processed} tagged`);
  const tenths = Array.from(
    { length: 10 },
    (_, tenth) => seen[Math.ceil(((tenth + 1) * seen.length) / 10) - 1] ?? 0,
  );
  return { rate: processed / seconds, parentMb: Math.round(peakMemory.parent / 1e6), tenths };
}

function residentMb(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1000);
  } catch {
    return 0;
  }
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

/** Runs each input in turn, so that whatever else the machine does meets all alike. */
async function compare(what: string, inputs: Readonly<Record<string, () => Promise<Run>>>): Promise<void> {
  const runs = new Map<string, Run[]>(Object.keys(inputs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, once] of Object.entries(inputs)) runs.get(name)?.push(await once());
  }
  const reference = runs.get('folder') ?? [];
  say(`\n${what}, ${rounds} rounds, load ${loadavg()[0]?.toFixed(1) ?? ''}\n`);
  say('| input | pictures/s | against the folder (median of the rounds) | parent, MB |');
  say('| --- | --- | --- | --- |');
  for (const [name, own] of runs) {
    const ratios = own.map(({ rate }, round) => rate / (reference[round]?.rate ?? NaN));
    const rate = median(own.map((run) => run.rate));
    say(
      `| ${name} | ${rate.toFixed(1)} | ${median(ratios).toFixed(3)} | ${Math.max(...own.map((run) => run.parentMb))} |`,
    );
  }
}

/** So many pictures, each a file of its own. */
function multiplied(name: string, count: number): string {
  const files = readdirSync(values.photos, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && /\.(jpe?g|png)$/i.test(file.name))
    .map((file) => path.join(file.parentPath, file.name))
    .sort();
  const folder = path.join(work, name);
  mkdirSync(folder);
  for (let index = 0; index < count; index += 1) {
    const file = files[index % files.length] ?? '';
    const number = String(index).padStart(5, '0');
    copyFileSync(file, path.join(folder, `${number}${path.extname(file).toLowerCase()}`));
  }
  return folder;
}

async function compareArchives(what: string, folder: string): Promise<void> {
  const base = path.join(work, path.basename(folder));
  execFileSync('tar', ['cf', `${base}.tar`, '-C', folder, '.']);
  execFileSync('tar', ['czf', `${base}.tgz`, '-C', folder, '.']);
  execFileSync('/usr/bin/python3', ['-m', 'zipfile', '-c', `${base}.zip`, folder]);
  await compare(what, {
    folder: () => tag(folder),
    tar: () => tag(`${base}.tar`),
    'tar.gz': () => tag(`${base}.tgz`),
    zip: () => tag(`${base}.zip`),
  });
}

/** Photos with megabytes of nothing behind them, which a sparse file holds without a disk. */
async function watchMemory(folder: string): Promise<void> {
  const file = path.join(work, 'large.tar');
  const descriptor = openSync(file, 'w');
  const pictures = readdirSync(folder).map((name) => readFileSync(path.join(folder, name)));
  const bytes = 20e6;
  let at = 0;
  for (let index = 0; at < Number(values.gigabytes) * 1e9; index += 1) {
    const data = pictures[index % pictures.length] ?? Buffer.alloc(0);
    const header = entryBytes({ name: `p${String(index).padStart(5, '0')}.jpg`, size: bytes });
    writeSync(descriptor, header, 0, 512, at);
    writeSync(descriptor, data, 0, data.length, at + 512);
    at += 512 + Math.ceil(bytes / 512) * 512;
  }
  ftruncateSync(descriptor, at + 1024);
  closeSync(descriptor);
  const { rate, parentMb, tenths } = await tag(file);
  say(`\nA tar of ${(at / 1e9).toFixed(1)} GB with members of 20 MB: ${rate.toFixed(1)} pictures/s.`);
  say(`Parent's resident set at tenths, MB: ${tenths.join(' ')}; highest ${parentMb}`);
}

async function compareStore(folders: Readonly<Record<string, string>>): Promise<void> {
  const swift = await startSwift();
  if (typeof swift === 'string') {
    say(`\nNo store: ${swift}`);
    return;
  }
  const proxy = await FaultProxy.start(swift.endpoint);
  proxy.latencyMs = LATENCY_MS;
  try {
    for (const [what, folder] of Object.entries(folders)) {
      const bucket = path.basename(folder);
      const objects = readdirSync(folder).map(
        (name) => [name, readFileSync(path.join(folder, name))] as const,
      );
      await swift.fill(bucket, objects);
      const env = { ...swift.env, AWS_ENDPOINT_URL: proxy.endpoint };
      await compare(`${what}, ${LATENCY_MS} ms more for each request`, {
        folder: () => tag(folder),
        store: () => tag(`s3://${bucket}`, env),
      });
    }
  } finally {
    await proxy.close();
    await swift.end();
  }
}

try {
  const real = multiplied('real', Number(values.real));
  const tiny = path.join(work, 'tiny');
  mkdirSync(tiny);
  await smallPictures(path.join(work, 'made'), Number(values.tiny));
  for (const [index, name] of readdirSync(path.join(work, 'made'), {
    recursive: true,
    encoding: 'utf8',
  }).entries()) {
    if (name.endsWith('.jpg')) copyFileSync(path.join(work, 'made', name), path.join(tiny, `${index}.jpg`));
  }
  const { only } = values;
  if (only === undefined || only === 'archives') {
    await compareArchives(`${values.real} photos`, real);
    await compareArchives(`${values.tiny} pictures of 96 px`, tiny);
  }
  if (only === undefined || only === 'memory') await watchMemory(tiny);
  if (only === undefined || only === 'store') {
    await compareStore({ [`${values.real} photos`]: real, [`${values.tiny} pictures of 96 px`]: tiny });
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
