import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { commandOf, environmentOf, everyProcess, parentOf } from './processes.js';
import type { Site } from './site.js';

/** What a command of a site came to. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in the site's folder and waits. */
export async function run(site: Site, file: string, args: readonly string[]): Promise<Ended> {
  return await start(site, file, args).ended;
}

/** Starts a command in the site's folder, as the leader of a group. */
export function start(
  site: Site,
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { readonly pid: number; readonly ended: Promise<Ended> } {
  const child = spawn(file, args, {
    cwd: site.folder,
    env: { ...site.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  return { pid: child.pid ?? -1, ended };
}

/** A facetag at work on a share of a site. */
export interface Worker {
  readonly pid: number;
  /** `K/N`, or `auto/N`. */
  readonly shard: string;
  readonly lanes: readonly number[];
  readonly environment: readonly string[];
}

/** Who is at work in a site and has finished a picture, but not its share. */
export function workersOf(site: Site): Worker[] {
  return everyProcess().flatMap((pid) => {
    const command = commandOf(pid);
    const output = command[command.findIndex((word) => word === '-o') + 1] ?? '';
    if (!command.some((word) => word.endsWith('facetag.js')) || !command.includes('--shard')) return [];
    const environment = environmentOf(pid);
    const task = environment.find((each) => each.startsWith('SLURM_ARRAY_TASK_ID='))?.split('=')[1] ?? '0';
    const name = `${task.padStart(String(site.shares).length, '0')}-of-${site.shares}`;
    const folder = path.resolve(cwdOf(pid), output.replace('{shard}', name));
    if (!folder.startsWith(`${site.folder}/`) || !hasBegun(folder)) return [];
    const lanes = everyProcess().filter((each) => parentOf(each) === pid);
    return [{ pid, shard: command[command.indexOf('--shard') + 1] ?? '', lanes, environment }];
  });
}

/** `/` of a process that is gone. */
function cwdOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '/';
  }
}

function hasBegun(folder: string): boolean {
  const records = path.join(folder, 'json');
  return existsSync(records) && readdirSync(records).length > 0;
}

/** Names of the folders of shares, from the site's folder. */
export function shareFolders(site: Site): string[] {
  if (!existsSync(site.at('shares'))) return [];
  return readdirSync(site.at('shares'))
    .filter((name) => name.startsWith('out-'))
    .map((name) => `shares/${name}`)
    .sort();
}

/** Half a minute of an idle machine is ten of a busy one. */
const PATIENCE_MS = 600_000;

/** Waits until something is there. @param ended of what makes it: nothing comes after that. */
export async function until<T>(look: () => T | undefined, what: string, ended?: Promise<Ended>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  const engine = { isOver: false };
  void ended?.then(() => (engine.isOver = true));
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (engine.isOver || Date.now() > end) throw new Error(`Waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Files below a folder that are not byte for byte those below another; names of both. */
export function differences(one: string, other: string): string[] {
  const [left, right] = [filesIn(one), filesIn(other)];
  return [...new Set([...left.keys(), ...right.keys()])].filter((name) => {
    const [a, b] = [left.get(name), right.get(name)];
    return a === undefined || b === undefined || !a.equals(b);
  });
}

function filesIn(folder: string): Map<string, Buffer> {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  );
  return new Map(
    entries.map((each) => {
      const file = path.join(each.parentPath, each.name);
      return [path.relative(folder, file), readFileSync(file)];
    }),
  );
}

/** Everything but the pictures and what one run made of them. */
export function clear(site: Site): void {
  for (const name of ['shares', 'faces', '.snakemake', 'shares.log']) {
    rmSync(site.at(name), { recursive: true, force: true });
  }
}
