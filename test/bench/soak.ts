import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { repository } from '../shared.js';
import { median } from './statistics.js';

/**
 * Does memory grow? Runs the built command over thousands of pictures, a few photos over and over, and prints the
 * resident memory of the parent and of each lane at every tenth of the way, as Markdown. Exits with 1 when one of them
 * grew by 5 % or more from 20 % to 100 % of the way. What comes after -- goes to facetag.
 *
 *   node --import ./test/bench/run-typescript.js test/bench/soak.ts [--pictures 5000] [--bin <file>] [-- <flags>]
 */

/** Looks at the memory between two rows; a row is their median, for a heap breathes. */
const LOOKS = 10;
const LIMIT = 0.05;

interface Look {
  readonly parent: number;
  /** By process id: lanes may be replaced on the way. */
  readonly lanes: ReadonlyMap<number, number>;
}

interface Done {
  readonly event: string;
}

const { values, positionals } = parseArgs({
  options: {
    pictures: { type: 'string', default: '5000' },
    bin: { type: 'string', default: path.join(repository, 'bin/facetag.js') },
  },
  allowPositionals: true,
});
const pictures = Number(values.pictures);
const scratch = mkdtempSync(path.join(tmpdir(), 'facetag-soak-'));
try {
  const looks = await soak(linkPhotos(path.join(scratch, 'photos')));
  process.exitCode = report(looks) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Links to the photos inside the weights' package and to the fixtures, in turn, 500 a folder. */
function linkPhotos(folder: string): string {
  const faceApi = createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json');
  const photos = [path.join(path.dirname(faceApi), 'demo'), path.join(repository, 'fixtures/images')].flatMap(
    (source) =>
      readdirSync(source)
        .filter((name) => /^(sample\d|astronaut|camera|home)\.\w+$/.test(name))
        .map((name) => path.join(source, name)),
  );
  for (let index = 0; index < pictures; index += 1) {
    const inner = path.join(folder, String(Math.floor(index / 500)));
    if (index % 500 === 0) mkdirSync(inner, { recursive: true });
    const photo = photos[index % photos.length] ?? '';
    symlinkSync(photo, path.join(inner, `${index}${path.extname(photo)}`));
  }
  return folder;
}

/** Tags the folder; looks at the memory after every hundredth of the pictures. */
async function soak(folder: string): Promise<Look[]> {
  const args = [folder, '-o', path.join(scratch, 'out'), '-j', '2', '-v', '--log-format', 'json'];
  const run = spawn(process.execPath, [values.bin, ...args, ...positionals], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => run.once('exit', resolve));
  const looks: Look[] = [];
  let done = 0;
  for await (const line of createInterface({ input: run.stderr })) {
    const { event } = JSON.parse(line) as Done;
    if (event === 'run-end') process.stdout.write(`${line}\n\n`);
    if (event !== 'picture-done') continue;
    done += 1;
    if (done >= (pictures * (looks.length + 1)) / (10 * LOOKS)) looks.push(lookAt(run.pid ?? -1));
  }
  const code = await ended;
  if (code !== 0) throw new Error(`facetag ended with ${code ?? 'a signal'} after ${done} pictures`);
  return looks;
}

function lookAt(parent: number): Look {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').split(' ').filter(Boolean);
  const lanes = children.map(Number).map((pid) => [pid, residentBytes(pid)] as const);
  return { parent: residentBytes(parent), lanes: new Map(lanes) };
}

/** NaN for a process that is just ending. */
function residentBytes(pid: number): number {
  try {
    const [, kilobytes] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return NaN;
  }
}

/** @returns whether every process that lived from 20 % to the end grew by less than the limit. */
function report(looks: readonly Look[]): boolean {
  const tenths = Array.from({ length: 10 }, (_, tenth) => looks.slice(tenth * LOOKS, (tenth + 1) * LOOKS));
  const pids = [...new Set(looks.flatMap(({ lanes }) => [...lanes.keys()]))];
  const processes: [string, (look: Look) => number][] = [
    ['parent', ({ parent }) => parent],
    ...pids.map((pid, index): [string, (look: Look) => number] => [
      `lane ${index + 1}`,
      ({ lanes }) => lanes.get(pid) ?? NaN,
    ]),
  ];
  const rows = tenths.map((tenth) =>
    processes.map(([, of]) => median(tenth.map(of).filter((bytes) => !Number.isNaN(bytes)))),
  );
  const load = loadavg()
    .map((each) => each.toFixed(1))
    .join(' ');
  const cells = (texts: readonly string[]): string => `| ${texts.join(' | ')} |\n`;
  let text = `${pictures} pictures; resident memory in MB; load ${load}\n\n`;
  text +=
    cells(['done', ...processes.map(([name]) => name)]) + cells(Array(processes.length + 1).fill('---'));
  for (const [tenth, row] of rows.entries()) {
    text += cells([`${(tenth + 1) * 10} %`, ...row.map((bytes) => (bytes / 1e6).toFixed(1))]);
  }
  const growth = processes.map((_, index) => (rows[9]?.[index] ?? NaN) / (rows[1]?.[index] ?? NaN) - 1);
  text += cells(['20 % to 100 %', ...growth.map((share) => `${(share * 100).toFixed(1)} %`)]);
  process.stdout.write(text);
  return growth.every((share) => Number.isNaN(share) || share < LIMIT);
}
