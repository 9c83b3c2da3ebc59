import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { repository } from '../shared.js';

/** The command as users have it. */
export const bin = path.join(repository, 'bin/facetag.js');

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Another copy of the command. */
  readonly command?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  /** Runs it as the leader of a process group of its own: `process.kill(-pid)` then signals the lanes too. */
  readonly group?: boolean;
  /** Runs it as another user; only root can. */
  readonly uid?: number;
}

/** A hermetic environment: nothing of the caller's FACETAG_* or terminal shows. */
export function hermetic(over: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), LANG: 'C.UTF-8', ...over };
}

/** Spawns the built CLI and waits for its end. */
export async function facetag(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return await launch(args, options).ended;
}

/** A run under way. */
export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
  /** What it has said so far. */
  stderr(): string;
}

/** Spawns the built CLI; it is killed with the test. */
export function launch(
  args: readonly string[],
  { command = bin, cwd, env, input, group, uid }: RunOptions = {},
): Running {
  const child = spawn(process.execPath, [command, ...args], {
    cwd: cwd ?? tmpdir(),
    env: hermetic(env),
    stdio: 'pipe',
    detached: group ?? false,
    ...(uid !== undefined && { uid, gid: uid }),
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr });
    });
  });
  return { pid: child.pid ?? -1, child, ended, stderr: () => stderr };
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'facetag-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Every file below a folder with its content, by relative path: two equal trees have equal maps. */
export function contents(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  if (!existsSync(folder)) return files;
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const entry of names) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files.set(path.relative(folder, file), readFileSync(file, 'latin1'));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Process ids of a process group, the leader's included; whoever is left of a run started with `group`. */
export function membersOf(group: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isRunning(pid) && groupOf(pid) === group);
}

function groupOf(pid: number): number | undefined {
  return idsOf(pid)?.group;
}

export function parentOf(pid: number): number {
  return idsOf(pid)?.parent ?? -1;
}

function idsOf(pid: number): { parent: number; group: number } | undefined {
  try {
    // The command's name, in parentheses, may hold anything.
    const [, parent, group] = /\) \S+ (\d+) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
    return { parent: Number(parent), group: Number(group) };
  } catch {
    return undefined;
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}

/** Polls until `condition` holds. */
export async function until(condition: () => boolean, what: string, timeoutMs = 30_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`Waited ${timeoutMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
