import type { Config } from '../config.js';
import { isArchiveName } from '../core/archives/kind.js';
import { pathOf, type Roots } from '../core/roots.js';
import { inShard } from '../core/shard.js';
import { ArchivePictures, type ArchiveContent } from '../sources/archive-pictures.js';
import { nameFilter } from '../sources/matching.js';
import { PrivateFiles } from '../sources/private-files.js';
import type { OpenPicture } from '../ports.js';
import type { ImageFailure } from '../types.js';
import type { DiscoveryPorts, Pictures, RunStock } from './find-pictures.js';

/** As many as small pictures take some milliseconds each while what they come from may take a tenth of a second. */
const FETCHED_AHEAD = 32;

/** Puts the pictures in archives in the archives' place. */
export class ArchivedPictures implements RunStock {
  readonly ahead = FETCHED_AHEAD;
  readonly #sound = new Set<string>();
  readonly #privateFiles: PrivateFiles;
  readonly #archives: ArchivePictures;

  private constructor(
    private readonly config: Config,
    private readonly ports: DiscoveryPorts,
    privateFiles: PrivateFiles,
    archives: ArchivePictures,
  ) {
    this.#privateFiles = privateFiles;
    this.#archives = archives;
  }

  static async create(config: Config, ports: DiscoveryPorts): Promise<ArchivedPictures> {
    const { archives, privateFolders } = await ports.loadSources();
    const privateFiles = new PrivateFiles(privateFolders);
    const { files } = ports;
    return new ArchivedPictures(
      config,
      ports,
      privateFiles,
      new ArchivePictures(config.maxBytes, { archives, files, privateFiles }),
    );
  }

  /** Archives that have no failure of their own, though an earlier run may have recorded one. */
  get sound(): ReadonlySet<string> {
    return this.#sound;
  }

  /** What was found, with members for archives. An archive that cannot be read to its end stays as a failed picture. */
  async unpack(found: Pictures): Promise<Pictures> {
    const images: string[] = [];
    const faults = new Map<string, ImageFailure>();
    const unread = { ...found.unread };
    const systemFolders = new Set(found.systemFolders);
    let { unlisted } = found;
    for (const image of found.images) {
      if (!isArchiveName(image) || found.faults.get(image)) {
        images.push(image);
        continue;
      }
      // A list that arrives may have it twice.
      if (this.#archives.has(image)) continue;
      const content = await this.#archives.add(image, pathOf(found, image), (message) => {
        this.#warn(image, message);
      });
      this.#takeFailure(image, content, images, faults);
      this.#takeMembers(image, content, found, images, faults, systemFolders);
      unlisted += content.listing.unsafe;
      for (const [extension, count] of Object.entries(content.listing.unread)) {
        unread[extension] = (unread[extension] ?? 0) + count;
      }
    }
    const all = { get: (image: string) => faults.get(image) ?? found.faults.get(image) };
    return { ...found, images, faults: all, unread, unlisted, systemFolders };
  }

  open(image: string): OpenPicture | undefined {
    return this.#archives.open(image);
  }

  isGone(image: string): boolean | undefined {
    return this.#archives.isGone(image);
  }

  cancel(): void {
    this.#archives.cancel();
    this.#privateFiles.cancel();
  }

  async close(): Promise<void> {
    await this.#archives.close();
    await this.#privateFiles.close();
  }

  /** An archive's own failure is in the share that its name is in. */
  #takeFailure(
    image: string,
    { failure }: ArchiveContent,
    images: string[],
    faults: Map<string, ImageFailure>,
  ): void {
    if (!failure) this.#sound.add(image);
    else if (this.#isMine(image)) {
      images.push(image);
      faults.set(image, failure);
    }
  }

  #takeMembers(
    image: string,
    { names, faults: memberFaults, listing }: ArchiveContent,
    roots: Roots,
    images: string[],
    faults: Map<string, ImageFailure>,
    systemFolders: Set<string>,
  ): void {
    const isTaken = nameFilter({ ...this.config, cwd: this.ports.cwd }, pathOf(roots, image), systemFolders);
    for (const name of names) {
      const member = `${image}/${name}`;
      if (!isTaken(name) || !this.#isMine(member)) continue;
      images.push(member);
      const fault = memberFaults.get(name);
      if (fault) faults.set(member, fault);
    }
    for (const note of listing.notes) this.#warn(image, note);
  }

  #isMine(image: string): boolean {
    const { shard } = this.config;
    return shard === undefined || inShard(image, shard.index, shard.count);
  }

  #warn(image: string, message: string): void {
    this.ports.log.emit({ event: 'warning', message: `${image}: ${message}` });
  }
}
