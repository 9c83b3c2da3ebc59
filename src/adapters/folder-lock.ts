import { setTimeout as sleep } from 'node:timers/promises';
import { FatalError } from '../errors.js';
import type { FolderLock, LockHolding, LockOwner } from '../packs/ports.js';
import { createLock, isAlive, readLock, removeLock, sign, takeOver, type Patience } from './lock-file.js';
import { OddFileError } from './plain-file.js';

export interface LockTiming extends Patience {
  /** Milliseconds between looks at a lock that is held. */
  readonly poll: number;
  /** Milliseconds between signs of life of the holder. */
  readonly heartbeat: number;
}

const DEFAULTS: LockTiming = { poll: 200, heartbeat: 10_000, stale: 60_000, passing: 2000 };

/**
 * Signatures of this process's locks, held or being waited for: a lock with our own process id that is not among them
 * is that of a dead namesake.
 */
const ours = new Set<string>();

/** A lock file that says who holds it, and whose mtime is renewed while it is held. */
export function createFolderLock(timing: Partial<LockTiming> = {}): FolderLock {
  const settings = { ...DEFAULTS, ...timing };
  return {
    async hold(file, work, options = {}) {
      const signature = sign();
      ours.add(signature);
      try {
        const found = await obtain(file, signature, settings, options);
        const holding = new Holding(file, signature, settings);
        try {
          if (found) options.onTakeover?.();
          return await work(holding);
        } finally {
          holding.end();
        }
      } catch (error) {
        throw error instanceof OddFileError ? notALock(error.kind, options.shown ?? file) : error;
      } finally {
        ours.delete(signature);
      }
    },
  };
}

type HoldOptions = NonNullable<Parameters<FolderLock['hold']>[2]>;

/** Waits until the lock is ours. @returns whether it was another's before. */
async function obtain(
  file: string,
  signature: string,
  timing: LockTiming,
  { signal, onWait }: HoldOptions,
): Promise<boolean> {
  let found = false;
  let told = false;
  while (!createLock(file, signature)) {
    signal?.throwIfAborted();
    found = true;
    const holder = findHolder(file, signature, timing);
    if (holder === 'nobody') continue;
    if (holder === 'ours now') break;
    if (holder !== 'unclear' && !told) {
      onWait?.({ pid: holder.pid, host: holder.host });
      told = true;
    }
    await sleep(timing.poll, undefined, signal ? { signal } : {});
  }
  return found;
}

/** Who holds the lock; a dead holder's is made ours. What is unclear is settled by looking again. */
function findHolder(
  file: string,
  signature: string,
  timing: LockTiming,
): LockOwner | 'nobody' | 'ours now' | 'unclear' {
  const found = readLock(file);
  if (!found) return 'nobody';
  if (found.text === signature) return 'ours now';
  if (isAlive(found, ours, timing)) return found.owner ?? 'unclear';
  const taken = takeOver(file, signature, (again) => !isAlive(again, ours, timing), timing);
  return taken ? 'ours now' : 'unclear';
}

function notALock(kind: string, file: string): FatalError {
  return new FatalError(
    'OUTPUT_UNUSABLE',
    `${file} is ${kind} in the place of a lock. Remove it and run the same command again`,
  );
}

/** A lock while it is ours. */
class Holding implements LockHolding {
  private readonly heart: NodeJS.Timeout;
  private seen = Date.now();
  private thief: LockOwner | undefined;

  constructor(
    private readonly file: string,
    private readonly signature: string,
    private readonly timing: LockTiming,
  ) {
    this.heart = setInterval(() => {
      this.beat();
    }, timing.heartbeat);
    this.heart.unref();
  }

  takenBy(): LockOwner | undefined {
    // After a stop of this process (SIGSTOP, a closed lid) work may go on before the heart beats again.
    if (Date.now() - this.seen > 2 * this.timing.heartbeat) this.beat();
    return this.thief;
  }

  end(): void {
    clearInterval(this.heart);
    try {
      removeLock(this.file, this.signature);
    } catch {
      // Once this process has ended it holds nothing up.
    }
  }

  private beat(): void {
    try {
      const found = readLock(this.file, this.signature);
      if (found && found.text !== this.signature) this.thief = found.owner ?? { pid: 0, host: 'unknown' };
      // Removed by hand: put back, unless another run is quicker, which the next beat finds.
      else if (!found) createLock(this.file, this.signature);
      this.seen = Date.now();
    } catch {
      // A disk that does not answer now may do so at the next beat.
    }
  }
}
