import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../core/thrown.js';
import type { FolderLock, LockOwner } from '../packs/ports.js';

export interface LockTiming {
  /** Milliseconds between looks at a lock that is held. */
  readonly poll: number;
  /** Milliseconds between signs of life of the holder. */
  readonly heartbeat: number;
  /** Milliseconds without a sign of life after which the holder counts as dead, wherever it runs. */
  readonly stale: number;
  /** Milliseconds that a lock may be without a name in it, or a takeover last: longer than any disk takes for it. */
  readonly passing: number;
}

const DEFAULTS: LockTiming = { poll: 200, heartbeat: 10_000, stale: 60_000, passing: 2000 };

/**
 * Signatures of this process's locks, held or being written: a lock with our own process id that is not among them is
 * that of a dead namesake.
 */
const ours = new Set<string>();

/** A lock file with its holder's process id and host, whose mtime is renewed while it is held. */
export function createFolderLock(timing: Partial<LockTiming> = {}): FolderLock {
  const settings = { ...DEFAULTS, ...timing };
  return {
    async hold(file, work, options = {}) {
      const signature = sign();
      let told = false;
      let found = false;
      while (!(await create(file, signature))) {
        options.signal?.throwIfAborted();
        found = true;
        const holder = await findHolder(file, signature, settings);
        if (holder === 'nobody') continue;
        if (holder === 'ours now') break;
        if (holder !== 'unclear' && !told) {
          options.onWait?.(holder);
          told = true;
        }
        await sleep(settings.poll, undefined, options.signal ? { signal: options.signal } : {});
      }
      const heart = setInterval(() => void touch(file), settings.heartbeat);
      heart.unref();
      try {
        if (found) options.onTakeover?.();
        return await work();
      } finally {
        clearInterval(heart);
        await release(file, signature);
      }
    },
  };
}

/** Tells one holding from another, even of the same process id. */
function sign(): string {
  return JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
}

async function create(file: string, signature: string): Promise<boolean> {
  ours.add(signature);
  try {
    await writeFile(file, signature, { flag: 'wx' });
    return true;
  } catch (error) {
    ours.delete(signature);
    if (codeOf(error) === 'EEXIST') return false;
    if (codeOf(error) === 'ENOSPC') await rm(file, { force: true });
    throw error;
  }
}

/** Removes the lock unless somebody took us for dead and holds it now. */
async function release(file: string, signature: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === signature) await rm(file, { force: true });
  ours.delete(signature);
}

/** Who holds the lock; a dead holder's is made ours. What is unclear is settled by looking again. */
async function findHolder(
  file: string,
  signature: string,
  timing: LockTiming,
): Promise<LockOwner | 'nobody' | 'ours now' | 'unclear'> {
  const found = await look(file);
  if (!found) return 'nobody';
  if (isAlive(found, timing)) return found.owner ?? 'unclear';
  // Only who holds the guard replaces a lock, and only after a second look: nobody's fresh lock can be lost by mistake.
  const guard = `${file}.takeover`;
  try {
    await mkdir(guard);
  } catch (error) {
    // Where it cannot be made (a folder that may only be read) waiting would never end.
    if (codeOf(error) !== 'EEXIST') throw error;
    const age = Date.now() - ((await stat(guard).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > timing.passing) await rm(guard, { recursive: true, force: true });
    return 'unclear';
  }
  try {
    const again = await look(file);
    if (!again) return 'nobody';
    if (isAlive(again, timing)) return 'unclear';
    await replace(file, guard, signature);
    return 'ours now';
  } finally {
    await rm(guard, { recursive: true, force: true });
  }
}

/** In one step: a kill on the way never leaves the folder without a lock that tells of what must be swept. */
async function replace(file: string, guard: string, signature: string): Promise<void> {
  const next = path.join(guard, 'next');
  ours.add(signature);
  await writeFile(next, signature);
  await rename(next, file);
}

interface FoundLock {
  readonly text: string;
  /** Undefined for a lock that is just being written, or that a full disk or a kill left empty. */
  readonly owner: LockOwner | undefined;
  readonly age: number;
}

async function look(file: string): Promise<FoundLock | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const age = Date.now() - mtimeMs;
    try {
      return { text, owner: JSON.parse(text) as LockOwner, age };
    } catch {
      return { text, owner: undefined, age };
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive({ text, owner, age }: FoundLock, timing: LockTiming): boolean {
  if (owner === undefined) return age <= timing.passing;
  if (age > timing.stale) return false;
  if (owner.host !== hostname()) return true;
  if (owner.pid === process.pid) return ours.has(text);
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
}
