import { linkSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { differences, run, shareFolders, start } from '../cluster/shares.js';
import type { Site } from '../cluster/site.js';
import type { Slurm } from '../cluster/slurm.js';
import { ASTRONAUT } from '../pictures/made-picture.js';
import { median } from './statistics.js';

/** Side of a tiny picture in pixels. */
const SIDE = 64;
/** Pictures that differ; the others are further names of them, and records hold names. */
const KINDS = 50;
const FOLDER_SIZE = 1000;

/** Tags tiny pictures once in one run and once in shares on Slurm, merges them, and tells sizes and times as Markdown. */
export async function shareSizes(site: Site, slurm: Slurm, count: number): Promise<string> {
  await makeTiny(site.at('photos'), count);
  const whole = await timed(async () => run(site, 'facetag', ['photos', '-o', 'whole', '-j', '2', '-q']));
  mkdirSync(site.at('shares'));
  const script = site.place('facetag.sbatch');
  const flags = ['--cpus-per-task=1', '--mem-per-cpu=0', `--array=1-${site.shares}`, '--output=/dev/null'];
  const array = await timed(async () => slurm.over(slurm.submit(site.folder, script, ...flags), 3_600_000));
  const folders = shareFolders(site);
  const merge = await timed(async () =>
    peakOf(site, ['merge', '--of', `${site.shares}`, ...folders, '-o', 'faces', '-q']),
  );
  const sizes = folders.map((folder) => picturesOf(site, folder)).sort((a, b) => a - b);
  const differing = differences(site.at('faces'), site.at('whole'));
  const rows: [string, string][] = [
    ['pictures, shares', `${count}, ${site.shares}`],
    ['pictures a share: least, median, most', `${sizes[0] ?? 0}, ${median(sizes)}, ${sizes.at(-1) ?? 0}`],
    ['one run, 2 lanes', `${whole.seconds.toFixed(0)} s`],
    ['Slurm array, 2 nodes of 1 lane', `${array.seconds.toFixed(0)} s`],
    [
      'a share beside its pictures',
      `${(((array.seconds - whole.seconds) * 2) / site.shares).toFixed(2)} s of a node`,
    ],
    ['merge', `${merge.seconds.toFixed(1)} s, ${(merge.value / 1e6).toFixed(0)} MB at most`],
    ['merge equals one run', differing.length === 0 ? 'yes' : `no: ${differing.slice(0, 3).join(', ')}`],
  ];
  return rows.map(([what, figure]) => `| ${what} | ${figure} |\n`).join('');
}

async function makeTiny(folder: string, count: number): Promise<void> {
  const kinds = path.join(folder, 'kinds');
  mkdirSync(kinds, { recursive: true });
  for (let kind = 0; kind < Math.min(KINDS, count); kind += 1) {
    const side = 150 + 3 * kind;
    await sharp(ASTRONAUT)
      .extract({ left: 130, top: 20, width: side, height: side })
      .resize(SIDE, SIDE)
      .jpeg()
      .toFile(path.join(kinds, `${kind}.jpg`));
  }
  for (let index = KINDS; index < count; index += 1) {
    const inner = path.join(folder, `f${Math.floor(index / FOLDER_SIZE)}`);
    mkdirSync(inner, { recursive: true });
    linkSync(path.join(kinds, `${index % KINDS}.jpg`), path.join(inner, `p${index}.jpg`));
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const begun = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - begun) / 1000 };
}

/** Runs facetag. @returns the most resident memory that it had, in bytes. */
async function peakOf(site: Site, args: readonly string[]): Promise<number> {
  const { pid, ended } = start(site, 'facetag', args);
  let peak = 0;
  const look = setInterval(() => {
    peak = Math.max(peak, peakNow(pid));
  }, 20);
  const { code, stderr } = await ended;
  clearInterval(look);
  if (code !== 0) throw new Error(stderr);
  return peak;
}

/** 0 of a process that has ended. */
function peakNow(pid: number): number {
  try {
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function picturesOf(site: Site, folder: string): number {
  const text = readFileSync(site.at(`${folder}/completion.json`), 'utf8');
  const { shares } = JSON.parse(text) as { shares: { pictures: number }[] };
  return shares.reduce((sum, { pictures }) => sum + pictures, 0);
}
