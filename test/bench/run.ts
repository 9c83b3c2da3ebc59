import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What measure.py prints. Times are in seconds, memory in bytes. */
export interface Usage {
  readonly wall: number;
  /** To the end of the first line on stdout. */
  readonly firstLine: number | null;
  /** CPU time of the whole process tree. */
  readonly user: number;
  readonly sys: number;
  readonly exit: number;
  readonly lines: number;
  /** Descendants that outlived the command. */
  readonly orphans: number;
  /** Its last 2,000 characters. */
  readonly stderr: string;
  readonly peakPss?: number;
  /** The command itself first. */
  readonly processes?: readonly number[];
  readonly pollShare?: number;
}

/** Reading the memory of a tree takes milliseconds: often enough to see a peak, rarely enough to let it work. */
const MEMORY_EVERY_MS = 50;

export interface MeasureOptions {
  readonly memory?: boolean;
  /** File that receives the command's stdout. */
  readonly records?: string;
}

/** Runs a command to its end and measures its whole process tree, whatever its exit code is. */
export function measure(command: readonly string[], { memory = false, records }: MeasureOptions = {}): Usage {
  const script = path.join(import.meta.dirname, 'measure.py');
  const args = memory ? ['--memory-every', String(MEMORY_EVERY_MS)] : [];
  if (records !== undefined) args.push('--records', records);
  const { stdout, stderr, error } = spawnSync('python3', [script, ...args, '--', ...command], {
    encoding: 'utf8',
    env: hermetic(process.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error) throw error;
  if (stdout === '') throw new Error(`measure.py failed: ${stderr}`);
  return JSON.parse(stdout) as Usage;
}

/** @throws {Error} with what the command said, when it does not exit with 0. */
export function measureSuccess(command: readonly string[], options?: MeasureOptions): Usage {
  const usage = measure(command, options);
  if (usage.exit !== 0) throw new Error(`${command.slice(0, 3).join(' ')}: ${complaint(usage)}`);
  return usage;
}

/** Runs a command that prints one JSON document. */
export function ask(command: readonly string[], scratch: string): unknown {
  const records = path.join(scratch, 'answer.json');
  measureSuccess(command, { records });
  return JSON.parse(readFileSync(records, 'utf8'));
}

/** How a command failed: its exit code and the line of its stderr that says most. */
export function complaint({ exit, stderr }: Usage): string {
  const lines = stderr.trim().split('\n');
  const line = lines.find((text) => /error|not installed|missing/i.test(text)) ?? lines.at(-1) ?? '';
  return `exit ${exit}: ${line.slice(0, 300)}`;
}

/** The environment without what would change a contender's settings. */
function hermetic(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(FACETAG_|NODE_OPTIONS|OPENCV_|OMP_|UV_)/.test(name)),
  );
}

/** Writes a list of pictures, one a line. @returns its path. */
export function writeList(scratch: string, name: string, files: readonly string[]): string {
  const folder = path.join(scratch, 'lists');
  mkdirSync(folder, { recursive: true });
  const list = path.join(folder, `${name}-${files.length}.txt`);
  writeFileSync(list, files.map((file) => `${file}\n`).join(''));
  return list;
}
