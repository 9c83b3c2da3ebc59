import { setImmediate as nextTurn } from 'node:timers/promises';
import { Arrivals, type Seen } from '../core/arrivals.js';
import { pathOf } from '../core/roots.js';
import { FatalError, failureOf } from '../errors.js';
import type { FolderWatch } from '../ports.js';
import { findPictures, type Pictures } from './find-pictures.js';
import type { TagPorts } from './tag-ports.js';
import type { TagRun } from './tag-session.js';

/** Milliseconds between a change and the look: where one file comes, others often do. */
const GATHER_MS = 100;

/** Looking may take this share of the time: a folder of a million files is looked at less often than one of ten. */
const SHARE_OF_TIME = 0.1;

/** Files between two looks at the event loop, so that signals are heard and the lock is kept alive. */
const TURN = 64;

/** Looks at the folders of a run time and again, and tells what is new, changed and at rest. */
export class Look {
  readonly #arrivals: Arrivals;
  /** When the last look ended, and how long it took. */
  #endedMs = 0;
  #tookMs = 0;

  /** @param settleMs how long a file must have been left alone, in milliseconds. */
  constructor(
    private readonly run: TagRun,
    private readonly folders: FolderWatch,
    settleMs: number,
    private readonly ports: TagPorts,
  ) {
    this.#arrivals = new Arrivals(settleMs);
  }

  /**
   * What is to be taken; the first time that is all there is, but for what is being written to.
   *
   * @throws {FatalError} as `findPictures`, but for a folder without pictures.
   */
  async find(): Promise<Pictures> {
    const { config, output } = this.run;
    const begun = this.ports.now();
    const read = new Set<string>();
    const found = await findPictures({ ...config, allowEmpty: true }, output, this.ports, read);
    this.folders.watch(read);
    const seen = await this.#stamps(found);
    this.#endedMs = this.ports.now();
    this.#tookMs = this.#endedMs - begun;
    return { ...found, images: this.#arrivals.look(seen, this.#endedMs) };
  }

  /** What is to be taken since the look before; undefined where nothing is. A folder that is gone may come back. */
  async findNew(): Promise<Pictures | undefined> {
    const { prune, pruneAll } = this.run.config;
    try {
      const found = await this.find();
      const isPruned = (prune || pruneAll) && this.#arrivals.gone > 0;
      return found.images.length > 0 || isPruned ? found : undefined;
    } catch (error) {
      if (!(error instanceof FatalError) || error.code !== 'USAGE') throw error;
      this.ports.log.emit({
        event: 'warning',
        message: `${error.message}. It is looked for again and again`,
      });
      this.#endedMs = this.ports.now();
      return undefined;
    }
  }

  /** Takes pictures again with the next look. */
  forget(images: Iterable<string>): void {
    this.#arrivals.forget(images);
  }

  /** How long the next look can wait when nothing is heard of, in milliseconds. */
  waitMs(rescanMs: number): number {
    const now = this.ports.now();
    const due = Math.min(this.#arrivals.dueMs ?? Infinity, this.#endedMs + rescanMs) - now;
    // A clock that was put back must not stretch it.
    return Math.min(Math.max(due, 0), rescanMs);
  }

  /** How long to wait between a change and the look, in milliseconds. */
  pauseMs(): number {
    return Math.max(GATHER_MS, this.#tookMs / SHARE_OF_TIME);
  }

  async #stamps(found: Pictures): Promise<Seen[]> {
    const seen: Seen[] = [];
    for (const [index, image] of found.images.entries()) {
      if (index % TURN === 0) await nextTurn();
      seen.push(this.#stamp(image, found));
    }
    return seen;
  }

  #stamp(image: string, found: Pictures): Seen {
    try {
      const { bytes, mtimeMs } = this.ports.files.stamp(pathOf(found, image));
      return { image, mark: `${bytes} ${mtimeMs}`, mtimeMs };
    } catch (error) {
      return { image, mark: failureOf(error, 'discover').code };
    }
  }
}
