import { execFileSync, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { everyProcess } from '../cluster/processes.js';
import { generator } from '../convert/caffe/random-weights.js';
import { hasFfmpeg, still } from '../e2e/clips.js';
import { smallPictures } from '../e2e/small-pictures.js';
import { content, fakeManifest, modelFile } from '../packs/fake-pack.js';
import { ModelServer, paced } from '../packs/model-server.js';
import { repository } from '../shared.js';

/**
 * What is left of a run that was killed? Kills the built command with SIGKILL at moments of its whole length, the process
 * alone or with its lanes, runs it again to its end, and holds the folder that it writes against that of a run that
 * nobody killed: byte for byte, and nothing beside. Prints a table as Markdown, each difference on stderr, and exits
 * with 1 where there is any.
 *
 *   node --import ./test/bench/run-typescript.js test/bench/kills.ts [--kills 300] [--seed 1] [--only tag,pull] [--bin <file>]
 *
 * Moments are spread evenly over the length of an undisturbed run; where the run was over already, it is tried again
 * earlier. With the process alone killed, its lanes may still be at work when the next run starts.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    bin: { type: 'string', default: path.join(repository, 'bin/facetag.js') },
  },
});

/** What is run, and what it writes. */
interface Case {
  /** Of facetag; paths are relative to the folder of the case. */
  readonly args: readonly string[];
  /** The folder that is compared. */
  readonly output: string;
  /** Done before each run. */
  readonly before?: () => void;
  readonly end?: () => Promise<void>;
}

/** What keeps a case from being run. */
class Absent extends Error {}

const TABLES = ['-f', 'csv,jsonl', '-q'];

const CASES: Readonly<Record<string, (home: string) => Promise<Case>>> = {
  async tag(home) {
    await smallPictures(path.join(home, 'photos'), 12);
    return { args: ['photos', '-o', 'out', ...TABLES, '--annotate', '-j', '2'], output: 'out' };
  },

  /** Some records are in the file already, so that journal and file are merged. */
  async jsonl(home) {
    const args = ['photos', '-o', 'out', ...TABLES, '--records', 'jsonl', '-j', '2'];
    await smallPictures(path.join(home, 'photos'), 30);
    await finish(home, args);
    await smallPictures(path.join(home, 'photos'), 42);
    return { args, output: 'out' };
  },

  async merge(home) {
    await smallPictures(path.join(home, 'photos'), 120);
    for (const share of ['1', '2'])
      await finish(home, ['photos', '-o', `out-${share}`, ...TABLES, '--shard', `${share}/2`]);
    return { args: ['merge', 'out-1', 'out-2', '-o', 'out', ...TABLES], output: 'out' };
  },

  async prune(home) {
    const args = ['photos', '-o', 'out', ...TABLES, '--prune', '--annotate'];
    const names = await smallPictures(path.join(home, 'photos'), 120);
    await finish(home, args);
    for (const name of names.filter((_, index) => index % 3 > 0)) rmSync(path.join(home, 'photos', name));
    return { args, output: 'out' };
  },

  video(home) {
    if (!hasFfmpeg) throw new Absent('there is no ffmpeg');
    mkdirSync(path.join(home, 'clips/b'), { recursive: true });
    still(path.join(home, 'clips/a.mp4'));
    still(path.join(home, 'clips/b/c.mp4'), 'camera.png');
    const args = ['video', 'clips', '-o', 'out', '--every', '200ms', '--annotate', '-j', '2', '-q'];
    return Promise.resolve({ args, output: 'out' });
  },

  async pull(home) {
    const server = await ModelServer.start();
    const files = Object.entries({ 'a.onnx': content(1), 'b.onnx': content(2), 'c.onnx': content(3) });
    const models = files.map(([name, data]) => modelFile(name, data, [server.url(name)]));
    writeFileSync(path.join(home, 'manifest.json'), JSON.stringify(fakeManifest(models)));
    return {
      args: ['models', 'pull', 'fake', '--manifest', 'manifest.json', '--models', 'models', '-q'],
      output: 'models',
      before: () => {
        for (const [name, data] of files) server.serve(name, data, ...[1, 2].map(() => paced(data)));
      },
      end: () => server.stop(),
    };
  },
};

interface Running {
  readonly pid: number;
  /** Exit code of the process; null where a signal ended it. */
  readonly exited: Promise<number | null>;
  /** The same and what stood on stderr, once its lanes have ended too. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** Starts facetag as the leader of a process group of its own. */
function start(home: string, args: readonly string[]): Running {
  const child = spawn(process.execPath, [values.bin, ...args], {
    cwd: home,
    detached: true,
    env: { PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8', TMPDIR: path.join(home, 'tmp') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stderr });
    });
  });
  return { pid: child.pid ?? -1, exited, ended };
}

/** Runs it to its end. @returns milliseconds. @throws with what it says where it fails. */
async function finish(home: string, args: readonly string[]): Promise<number> {
  const begun = performance.now();
  const { code, stderr } = await start(home, args).ended;
  if (code !== 0) throw new Error(`facetag ${args.join(' ')} ended with ${code ?? 'a signal'}: ${stderr}`);
  return performance.now() - begun;
}

/** Whether a process of the group runs. One that nobody has looked at since its end does not. */
function isAlive(group: number): boolean {
  return everyProcess().some((pid) => {
    try {
      const [, state, itsGroup] = /\) (\S) \d+ (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
      return Number(itsGroup) === group && state !== 'Z' && state !== 'X';
    } catch {
      return false;
    }
  });
}

/** What stands for each file: its bytes, or its kind. */
type Snapshot = ReadonlyMap<string, string>;

/** By relative path. */
function snapshot(folder: string): Snapshot {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    names.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(folder, file), describe(file, entry.isFile(), entry.isSymbolicLink())];
    }),
  );
}

function describe(file: string, isFile: boolean, isLink: boolean): string {
  if (isLink) return `link to ${readlinkSync(file)}`;
  if (!isFile) return 'folder';
  const text = readFileSync(file, 'latin1');
  // Beside the hashes of the files it notes what they are on this disk: inode and times.
  if (path.basename(file) === 'installed.json') return text.replaceAll(/"(?:ino|\w+Ms)": ?[\d.]+/g, '');
  return text;
}

interface Tally {
  kills: number;
  /** Of them, with lanes. */
  groups: number;
  differences: number;
  leftOvers: number;
}

/** A case that is ready: each run starts from the same state. */
class Bench {
  readonly tally: Tally = { kills: 0, groups: 0, differences: 0, leftOvers: 0 };
  private expected: Snapshot = new Map();
  private around: readonly string[] = [];
  /** Milliseconds of a run that nobody kills. */
  private length = 0;

  private constructor(
    private readonly name: string,
    private readonly home: string,
    private readonly what: Case,
  ) {}

  static async open(name: string, home: string, what: Case): Promise<Bench> {
    const bench = new Bench(name, home, what);
    mkdirSync(path.join(home, 'tmp'), { recursive: true });
    mkdirSync(bench.output, { recursive: true });
    execFileSync('cp', ['-a', bench.output, bench.initial]);
    for (let run = 0; run < 2; run += 1) {
      bench.restore();
      bench.length = await finish(home, what.args);
    }
    bench.expected = snapshot(bench.output);
    bench.around = readdirSync(home).sort();
    return bench;
  }

  /** Kills a run at a share of its length, and compares what the next one makes of it. */
  async kill(share: number, withLanes: boolean): Promise<void> {
    let ms = share * this.length;
    while (!(await this.killedAt(ms, withLanes))) ms *= 0.8;
    const where = `${this.name}, kill ${this.tally.kills}, after ${ms.toFixed(0)} ms${withLanes ? ', with lanes' : ''}`;
    this.tally.kills += 1;
    if (withLanes) this.tally.groups += 1;
    this.what.before?.();
    const again = start(this.home, this.what.args);
    const { code, stderr } = await again.ended;
    if (code !== 0) this.note('differences', where, `exit code ${code ?? 'of a signal'}: ${stderr}`);
    await this.quiet(again.pid, where);
    await this.quiet(this.killed, where);
    this.compare(where);
  }

  private killed = -1;

  /** @returns false where the run was over before. */
  private async killedAt(ms: number, withLanes: boolean): Promise<boolean> {
    this.restore();
    const run = start(this.home, this.what.args);
    this.killed = run.pid;
    await sleep(ms);
    try {
      process.kill(withLanes ? -run.pid : run.pid, 'SIGKILL');
    } catch {
      // It is over.
    }
    return (await run.exited) === null;
  }

  private restore(): void {
    rmSync(this.output, { recursive: true, force: true });
    execFileSync('cp', ['-a', this.initial, this.output]);
    this.what.before?.();
  }

  /** Lanes end by themselves when their parent is gone. */
  private async quiet(group: number, where: string): Promise<void> {
    const end = performance.now() + 30_000;
    while (isAlive(group)) {
      if (performance.now() > end) {
        this.note('leftOvers', where, `processes of group ${group}`);
        process.kill(-group, 'SIGKILL');
        return;
      }
      await sleep(10);
    }
  }

  private compare(where: string): void {
    const found = snapshot(this.output);
    for (const [file, text] of this.expected) {
      const now = found.get(file);
      if (now !== text)
        this.note('differences', where, `${file} ${now === undefined ? 'is missing' : 'differs'}`);
    }
    for (const file of found.keys()) if (!this.expected.has(file)) this.note('leftOvers', where, file);
    const beside = readdirSync(this.home).filter((file) => !this.around.includes(file));
    const temporary = readdirSync(path.join(this.home, 'tmp')).map((file) => `tmp/${file}`);
    for (const file of [...beside, ...temporary]) {
      this.note('leftOvers', where, file);
      rmSync(path.join(this.home, file), { recursive: true });
    }
  }

  private note(kind: 'differences' | 'leftOvers', where: string, what: string): void {
    this.tally[kind] += 1;
    process.stderr.write(`${where}: ${what.trim()}\n`);
  }

  private get output(): string {
    return path.join(this.home, this.what.output);
  }

  private get initial(): string {
    return path.join(this.home, 'initial');
  }
}

/** @returns cells of a row, and whether all was well. */
async function runCase(name: string, kills: number, random: () => number): Promise<[string[], boolean]> {
  const home = mkdtempSync(path.join(tmpdir(), `facetag-kills-${name}-`));
  const begun = performance.now();
  let made: Case | undefined;
  try {
    mkdirSync(path.join(home, 'tmp'));
    made = await CASES[name]?.(home);
    if (made === undefined) throw new Error(`There is no case ${name}: ${Object.keys(CASES).join(', ')}`);
    const bench = await Bench.open(name, home, made);
    for (let index = 0; index < kills; index += 1) {
      await bench.kill((index + random()) / kills, random() < 0.5);
    }
    const { tally } = bench;
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    const counts = [tally.kills, tally.groups, tally.differences, tally.leftOvers].map(String);
    return [[name, ...counts, seconds], tally.differences + tally.leftOvers === 0];
  } catch (error) {
    if (!(error instanceof Absent)) throw error;
    return [[name, `skipped: ${error.message}`, '', '', '', ''], true];
  } finally {
    await made?.end?.();
    rmSync(home, { recursive: true, force: true });
  }
}

const line = (cells: readonly string[]): void => {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
};
const names = values.only?.split(',') ?? Object.keys(CASES);
const all = Number(values.kills);
const random = generator(Number(values.seed));
const load = loadavg()[0]?.toFixed(1) ?? '?';
process.stdout.write(
  `seed ${values.seed}, ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, load ${load}, Node ${process.version}\n\n`,
);
line(['command', 'kills', 'of them with lanes', 'differences', 'left over', 's']);
line(['---', '---:', '---:', '---:', '---:', '---:']);
for (const [index, name] of names.entries()) {
  const kills = Math.floor(all / names.length) + (index < all % names.length ? 1 : 0);
  const [cells, isWell] = await runCase(name, kills, random);
  line(cells);
  if (!isWell) process.exitCode = 1;
}
