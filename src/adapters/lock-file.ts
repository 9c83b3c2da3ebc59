import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  futimesSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { codeOf } from '../core/thrown.js';
import type { LockOwner } from '../packs/ports.js';
import { plainFileAt, withPlainFile } from './plain-file.js';
import { idSpace, isRunning, isStillRunning, startOf } from './process-identity.js';

/** What a lock file says of its holder. Locks of facetag 0.1.0 say no more than id and host. */
interface Signature extends LockOwner {
  /** See `idSpace`. */
  readonly space?: string;
  /** See `startOf`. */
  readonly start?: string;
}

export interface FoundLock {
  readonly text: string;
  /** Undefined for a lock that is just being written, or that a full disk or a kill left empty. */
  readonly owner: Signature | undefined;
  /** Milliseconds since the last sign of life. */
  readonly age: number;
}

/** How long signs of life may be missing, in milliseconds. */
export interface Patience {
  /** After this a holder that cannot be looked at, such as one on another machine, counts as dead. */
  readonly stale: number;
  /** A lock may be without a name in it, or a takeover last, so long: longer than any disk takes for it. */
  readonly passing: number;
}

/** More than any signature has. */
const LONGEST = 4096;

const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Tells one holding from another, even of the same process. */
export function sign(): string {
  const { pid } = process;
  return JSON.stringify({ pid, host: hostname(), space: idSpace(), start: startOf(pid), id: randomUUID() });
}

/** @returns false where something, be it a dangling link, has the name already. */
export function createLock(file: string, signature: string): boolean {
  let descriptor;
  try {
    descriptor = openSync(file, NEW, 0o666);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    writeFileSync(descriptor, signature);
    return true;
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * @param touch renews the sign of life when the lock says this.
 * @returns undefined where there is none. @throws {OddFileError} for anything but a plain file.
 */
export function readLock(file: string, touch?: string): FoundLock | undefined {
  try {
    return withPlainFile(file, file, ({ descriptor, stats }) => {
      const buffer = Buffer.alloc(LONGEST);
      const text = buffer.toString('utf8', 0, readSync(descriptor, buffer));
      const now = new Date();
      if (text === touch) futimesSync(descriptor, now, now);
      return { text, owner: parseSignature(text), age: now.getTime() - stats.mtimeMs };
    });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseSignature(text: string): Signature | undefined {
  try {
    const value = JSON.parse(text) as Partial<Signature> | null;
    const { pid, host } = value ?? {};
    const named = Number.isSafeInteger(pid) && Number(pid) > 0 && typeof host === 'string';
    return named ? (value as Signature) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the holder of a lock may still be at work. A process that can be looked at is believed, however old its last
 * sign of life: it may have been stopped, or be busy. Any other is judged by its signs of life.
 *
 * @param ours signatures of this process's own locks.
 */
export function isAlive(
  { text, owner, age }: FoundLock,
  ours: ReadonlySet<string>,
  patience: Patience,
): boolean {
  if (owner === undefined) return age <= patience.passing;
  const space = idSpace();
  const here = owner.host === hostname() && (owner.space === undefined || owner.space === space);
  if (here && owner.pid === process.pid) return ours.has(text);
  if (here && owner.start !== undefined) return isStillRunning(owner.pid, owner.start);
  if (age > patience.stale) return false;
  return here ? isRunning(owner.pid) : true;
}

/**
 * Puts our signature in the place of a dead holder's. Only who holds the guard, the new lock under another name, may
 * do that, and only after a second look: nobody's fresh lock can be lost by mistake.
 *
 * @returns false when somebody else was quicker, or still may be.
 */
export function takeOver(
  file: string,
  signature: string,
  isDead: (found: FoundLock) => boolean,
  { passing }: Patience,
): boolean {
  const guard = `${file}.takeover`;
  if (!createLock(guard, signature)) {
    const stats = plainFileAt(guard);
    if (stats && Date.now() - stats.mtimeMs > passing) rmSync(guard, { force: true });
    return false;
  }
  const again = readLock(file);
  if (!again || !isDead(again)) {
    removeLock(guard, signature);
    return false;
  }
  try {
    renameSync(guard, file);
  } catch (error) {
    // Somebody found our guard too old.
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  return readLock(file)?.text === signature;
}

/** Removes a lock unless it is somebody else's by now. */
export function removeLock(file: string, signature: string): void {
  if (readLock(file)?.text === signature) rmSync(file, { force: true });
}
