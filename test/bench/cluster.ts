import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { listMissing, parallelCases, slurmCases, snakemakeCases, type Case } from '../cluster/faults.js';
import { clear, differences, run, shareFolders, type Ended } from '../cluster/shares.js';
import { Site } from '../cluster/site.js';
import { Slurm, whyNoSlurm } from '../cluster/slurm.js';
import { SshHost, whyNoSsh } from '../cluster/ssh.js';
import { ASTRONAUT } from '../pictures/made-picture.js';
import { shareSizes } from './cluster-size.js';

/**
 * Does anything get lost where schedulers run shares? Runs docs/examples/cluster on the real Slurm, Snakemake and GNU
 * parallel, on this machine alone, lets things go wrong on the way, runs what `facetag merge` then prints, and compares the
 * merged folder with that of one undisturbed run, byte for byte. Prints a table; exits with 1 when a byte differs.
 *
 *   node --import ./test/bench/run-typescript.js test/bench/cluster.ts [--pictures 60] [--shares 10] [--only <word>]
 *
 * With --size <n> instead: n tiny pictures through Slurm, share sizes, and times against one run.
 */
const { values } = parseArgs({
  options: {
    pictures: { type: 'string', default: '60' },
    shares: { type: 'string', default: '10' },
    only: { type: 'string', default: '' },
    size: { type: 'string' },
  },
});

/** So slow that what is under way can be met. */
const SLOW = { FACETAG_TURNED: '1', FACETAG_FLIP: '1', FACETAG_JOBS: '1' };
const BASE = { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), LANG: 'C.UTF-8' };

const scratch = mkdtempSync(path.join(tmpdir(), 'facetag-cluster-'));
let slurm: Slurm | undefined;
try {
  const site = new Site(mkdirIn('site'), Number(values.shares), BASE, values.size === undefined ? SLOW : {});
  if (whyNoSlurm() === undefined) slurm = await Slurm.start(mkdirIn('slurm'), 2, site.env);
  process.stdout.write(`${versions()}; ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1) ?? ''}\n\n`);
  if (values.size !== undefined) {
    if (slurm === undefined) throw new Error(`--size ${whyNoSlurm() ?? ''}`);
    process.stdout.write(await shareSizes(site, slurm, Number(values.size)));
  } else {
    await makePictures(site.at('photos'), Number(values.pictures));
    await tagWhole(site);
    const cases = [
      ...(slurm === undefined ? [] : slurmCases(slurm)),
      ...(spawnSync('snakemake', ['--version']).status === 0 ? snakemakeCases(slurm) : []),
      ...(spawnSync('parallel', ['--version']).status === 0 && whyNoSsh() === undefined
        ? parallelCases((place, name) => SshHost.start(sshFolder(place), name, site.env['PATH'] ?? ''))
        : []),
    ].filter(({ engine, fault }) => `${engine} ${fault}`.includes(values.only));
    process.exitCode = (await table(site, cases)) ? 0 : 1;
  }
} finally {
  await slurm?.stop();
  rmSync(scratch, { recursive: true, force: true });
}

function mkdirIn(name: string): string {
  const folder = path.join(scratch, name);
  mkdirSync(folder);
  return folder;
}

function sshFolder(site: Site): string {
  mkdirSync(site.at('.ssh'), { recursive: true });
  return site.at('.ssh');
}

function versions(): string {
  const first = (command: string, ...args: string[]): string => {
    const { error, stdout } = spawnSync(command, args, { encoding: 'utf8', env: slurm?.env ?? BASE });
    return error ? `no ${command}` : (stdout.split('\n')[0] ?? '');
  };
  const found = [
    first('slurmctld', '-V'),
    `Snakemake ${first('snakemake', '--version')}`,
    first('parallel', '--version'),
    `Node ${process.version}`,
  ];
  return found.join(', ');
}

/** A portrait, each time a little larger, and a picture that is none. */
async function makePictures(folder: string, count: number): Promise<void> {
  mkdirSync(folder);
  for (let index = 0; index < count; index += 1) {
    const name = `p${String(index).padStart(4, '0')}.jpg`;
    await sharp(ASTRONAUT)
      .resize(900 + index)
      .jpeg()
      .toFile(path.join(folder, name));
  }
  writeFileSync(path.join(folder, 'broken.jpg'), 'no picture at all');
}

async function tagWhole(site: Site): Promise<void> {
  const { code, stderr } = await run(site, 'facetag', ['photos', '-o', 'whole', '--no-progress']);
  if (code !== 1) throw new Error(stderr);
}

/** @returns whether every merge equals one run. */
async function table(site: Site, cases: readonly Case[]): Promise<boolean> {
  let equal = true;
  const row = (cells: readonly string[]): void => void process.stdout.write(`| ${cells.join(' | ')} |\n`);
  row(['engine', 'fault', 'then missing, and run again', 'merge', 'seconds']);
  row(['---', '---', '---', '---', '---']);
  for (const { engine, fault, happen, repair } of cases) {
    clear(site);
    const begun = performance.now();
    await happen(site);
    let missing = 'nothing';
    if ((await merge(site)).code !== 0) {
      const list = await listMissing(site);
      missing = `${list.slurm}${stopsIn(site)}`;
      await repair(site, list);
    }
    const { code, stderr } = await merge(site);
    const differing = code === 0 ? differences(site.at('faces'), site.at('whole')) : [stderr];
    equal &&= differing.length === 0;
    const outcome =
      differing.length === 0 ? 'equal to one run' : `**differs**: ${differing.slice(0, 3).join(', ')}`;
    row([engine, fault, missing, outcome, ((performance.now() - begun) / 1000).toFixed(0)]);
  }
  return equal;
}

async function merge(site: Site): Promise<Ended> {
  rmSync(site.at('faces'), { recursive: true, force: true });
  const folders = [...shareFolders(site), 'shares/none'];
  return await run(site, 'facetag', ['merge', '--of', `${site.shares}`, ...folders, '-o', 'faces']);
}

/** What stopped shares in order, as they noted it. */
function stopsIn(site: Site): string {
  const stops = shareFolders(site).flatMap((folder) => {
    const text = readFileSync(site.at(`${folder}/completion.json`), 'utf8');
    const { unfinished } = JSON.parse(text) as { unfinished: { stopped?: { by: string; done: number } }[] };
    return unfinished.flatMap(({ stopped }) => (stopped ? `${stopped.by} after ${stopped.done}` : []));
  });
  return stops.length === 0 ? '' : ` (${stops.join(', ')})`;
}
