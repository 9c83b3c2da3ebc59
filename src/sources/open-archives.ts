import { archiveKind } from '../core/archives/kind.js';
import { ImageError } from '../errors.js';
import type { Archives, OpenArchive } from '../ports.js';
import type { FileStamp } from '../types.js';

/** Archives that are open at once. Members come archive by archive, so few are needed. */
const MOST_OPEN = 4;

interface Use {
  readonly archive: Promise<OpenArchive>;
  users: number;
}

/** Keeps the archives open that members are read from. */
export class OpenArchives {
  /** By path, the one that was opened first in front. */
  readonly #open = new Map<string, Use>();

  constructor(private readonly archives: Archives) {}

  /**
   * Lends an archive.
   *
   * @param stamp of the archive when it was listed.
   * @throws {ImageError} UNREADABLE, also when it has changed since; {ArchiveError}; what the work throws.
   */
  async *lend(path: string, stamp: FileStamp, read: (archive: OpenArchive) => AsyncIterable<Uint8Array>) {
    const use = this.#use(path);
    use.users += 1;
    try {
      const archive = await use.archive;
      const { bytes, mtimeMs } = archive.stamp;
      if (bytes !== stamp.bytes || mtimeMs !== stamp.mtimeMs) {
        throw new ImageError('UNREADABLE', 'The archive has changed since it was listed', 'discover');
      }
      yield* read(archive);
    } finally {
      use.users -= 1;
      await this.#closeIdle(MOST_OPEN);
    }
  }

  async close(): Promise<void> {
    await this.#closeIdle(0);
  }

  #use(path: string): Use {
    const known = this.#open.get(path);
    if (known) return known;
    const archive = this.archives.open(path, archiveKind(path) ?? 'tar');
    const use = { archive, users: 0 };
    this.#open.set(path, use);
    return use;
  }

  async #closeIdle(most: number): Promise<void> {
    for (const [path, { archive, users }] of this.#open) {
      if (this.#open.size <= most) return;
      if (users > 0) continue;
      this.#open.delete(path);
      await archive.then(
        (opened) => opened.close(),
        () => undefined,
      );
    }
  }
}
