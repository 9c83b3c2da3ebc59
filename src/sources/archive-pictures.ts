import { archiveKind, archivesAround } from '../core/archives/kind.js';
import { ArchiveError, ImageError } from '../errors.js';
import type { Archives, OpenPicture, PictureFiles, PictureStock } from '../ports.js';
import type { FileStamp, ImageFailure } from '../types.js';
import { ArchiveListing } from './archive-listing.js';
import { FetchedPicture } from './fetched-picture.js';
import { OpenArchives } from './open-archives.js';
import type { PrivateFiles } from './private-files.js';
import { Turns } from './turns.js';

/** An archive that was looked through. */
interface ListedArchive {
  readonly path: string;
  /** Of the whole archive. */
  readonly stamp: FileStamp;
  readonly listing: ArchiveListing;
  /** Where members are best read in their order. */
  readonly turns: Turns | undefined;
  /** Members may be missing: it is damaged, or has no mark at its end. */
  readonly isDoubtful: boolean;
  readonly failure?: ImageFailure;
}

/** What there is in an archive. */
export interface ArchiveContent {
  /** Names of its pictures below it, in the order in which they are best read. */
  readonly names: readonly string[];
  /** Those of `names` that cannot be read, and why. */
  readonly faults: ReadonlyMap<string, ImageFailure>;
  readonly listing: ArchiveListing;
  /** Why it could not be read, or not to its end. */
  readonly failure?: ImageFailure;
}

export interface ArchivePicturesPorts {
  readonly archives: Archives;
  readonly files: PictureFiles;
  readonly privateFiles: PrivateFiles;
}

/** The pictures in archives, each named by its archive and its own name: `photos.tar/dir/a.jpg`. */
export class ArchivePictures implements PictureStock {
  readonly #listed = new Map<string, ListedArchive>();
  readonly #open: OpenArchives;

  constructor(
    private readonly maxBytes: number,
    private readonly ports: ArchivePicturesPorts,
  ) {
    this.#open = new OpenArchives(ports.archives);
  }

  /** Whether an archive was looked through. */
  has(image: string): boolean {
    return this.#listed.has(image);
  }

  /**
   * Looks through an archive, once.
   *
   * @param image the archive's name, as a picture's.
   * @param warn hears of what is odd and no damage.
   */
  async add(image: string, path: string, warn: (message: string) => void): Promise<ArchiveContent> {
    const archive = await this.#list(path, warn);
    this.#listed.set(image, archive);
    const { listing, turns, failure } = archive;
    const names = [...listing.members.keys()].sort();
    const offsetOf = (name: string): number => listing.members.get(name)?.offset ?? 0;
    if (turns) names.sort((a, b) => offsetOf(a) - offsetOf(b));
    return { names, faults: faultsOf(listing), listing, ...(failure && { failure }) };
  }

  open(image: string): OpenPicture | undefined {
    const found = this.#find(image);
    const member = found?.archive.listing.members.get(found.name);
    if (!found || !member) return undefined;
    const { path, stamp, turns } = found.archive;
    const fetch = () =>
      this.ports.privateFiles.fetch(member.bytes, () =>
        wholePicture(
          this.#open.lend(path, stamp, (archive) => archive.read(member)),
          member.bytes,
        ),
      );
    return new FetchedPicture(
      { bytes: member.bytes, mtimeMs: stamp.mtimeMs },
      this.maxBytes,
      turns ? () => turns.take(member.offset, fetch) : fetch,
      this.ports.files,
    );
  }

  /** Whether a picture is certainly no more in the archive it was in; undefined for what is in none that was looked through. */
  isGone(image: string): boolean | undefined {
    const found = this.#find(image);
    if (!found) return undefined;
    return !found.archive.isDoubtful && !found.archive.listing.members.has(found.name);
  }

  cancel(): void {
    for (const { turns } of this.#listed.values()) turns?.cancel();
  }

  async close(): Promise<void> {
    await this.#open.close();
  }

  #find(image: string): { readonly archive: ListedArchive; readonly name: string } | undefined {
    for (const around of archivesAround(image)) {
      const archive = this.#listed.get(around);
      if (archive) return { archive, name: image.slice(around.length + 1) };
    }
    return undefined;
  }

  async #list(path: string, warn: (message: string) => void): Promise<ListedArchive> {
    const listing = new ArchiveListing();
    let stamp: FileStamp = { bytes: 0, mtimeMs: 0 };
    let turns: Turns | undefined;
    let isDoubtful = false;
    try {
      const archive = await this.ports.archives.open(path, archiveKind(path) ?? 'tar');
      ({ stamp } = archive);
      if (archive.isSequential) turns = new Turns();
      try {
        await archive.list(
          (member) => {
            listing.take(member);
          },
          (message) => {
            isDoubtful = true;
            warn(message);
          },
        );
      } finally {
        await archive.close();
      }
      return { path, stamp, listing, turns, isDoubtful };
    } catch (error) {
      const isSpoilt = error instanceof ArchiveError && error.spoilsAll;
      const taken = isSpoilt ? new ArchiveListing() : listing;
      return { path, stamp, listing: taken, turns, isDoubtful: true, failure: archiveFailure(error) };
    }
  }
}

/** @throws what is no fault of the archive. */
function archiveFailure(error: unknown): ImageFailure {
  if (error instanceof ImageError) {
    return { stage: 'discover', code: error.code, message: error.message };
  }
  if (!(error instanceof ArchiveError)) throw error;
  return {
    stage: 'discover',
    code: 'ARCHIVE_DAMAGED',
    message: `The archive cannot be read to its end: ${error.message}`,
  };
}

function faultsOf({ members }: ArchiveListing): Map<string, ImageFailure> {
  const faults = new Map<string, ImageFailure>();
  for (const [name, { packed }] of members) {
    if (packed?.refusal === undefined) continue;
    const message = `Cannot be read from the archive: ${packed.refusal}`;
    faults.set(name, { stage: 'discover', code: 'UNSUPPORTED_FORMAT', message });
  }
  return faults;
}

/** What is wrong with a member is its own fault. */
async function* wholePicture(content: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  try {
    let length = 0;
    for await (const piece of content) {
      length += piece.length;
      yield piece;
    }
    if (length !== bytes) throw new ArchiveError('it is cut off');
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw new ImageError('ARCHIVE_DAMAGED', `Cannot be read from the archive: ${error.message}`, 'discover');
  }
}
