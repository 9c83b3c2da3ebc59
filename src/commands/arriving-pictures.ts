import path from 'node:path';
import type { Config } from '../config.js';
import { discoverImages } from '../discover/discover.js';
import { isArchiveName } from '../core/archives/kind.js';
import { isStoreAddress } from '../core/store-address.js';
import { usageError } from '../errors.js';
import type { OpenPicture, OutputFolder, PathStream } from '../ports.js';
import type { ImageFailure } from '../types.js';
import type { ArchivedPictures } from './archived-pictures.js';
import {
  discoveryOf,
  givenRoots,
  requirePictures,
  tellOfResults,
  tellOfSystemFolders,
  withFaults,
  type DiscoveryPorts,
  type Pictures,
  type RunStock,
} from './find-pictures.js';

/**
 * Pictures in the order of a list that is still arriving, each once. A folder in the list gives its pictures sorted. The
 * other fields fill while names are taken.
 */
export class ArrivingPictures implements Pictures {
  readonly base: string;
  readonly others: Pictures['others'];
  readonly images: string[] = [];
  readonly faults = new Map<string, ImageFailure>();
  unread: Readonly<Record<string, number>> = {};
  unlisted = 0;
  /** The list was not read to its end. */
  isCutShort = false;
  readonly arriving: NonNullable<Pictures['arriving']>;
  readonly stock: ArrivingStock;
  readonly systemFolders = new Set<string>();
  readonly #seen = new Set<string>();
  #foundAny = false;

  constructor(
    private readonly config: Config,
    private readonly output: OutputFolder | undefined,
    list: PathStream,
    private readonly ports: DiscoveryPorts,
  ) {
    this.stock = new ArrivingStock(config, ports);
    const stored = output?.readRoots();
    const given = givenRoots(config, output, stored, ports);
    const roots = given.known?.roots ?? { base: given.base ?? path.resolve(ports.cwd, config.base ?? '.') };
    this.base = roots.base;
    this.others = roots.others;
    const discovery = { inputs: [], ...discoveryOf(config, output, ports), ...given };
    this.arriving = {
      [Symbol.asyncIterator]: () => this.#take(list.paths, discovery),
      cancel: () => {
        this.isCutShort = true;
        list.cancel();
      },
    };
  }

  async *#take(
    paths: AsyncIterable<string>,
    discovery: Omit<Parameters<typeof discoverImages>[0], 'listed'>,
  ): AsyncGenerator<string> {
    for await (const line of paths) {
      if (isStoreAddress(line)) throw usageError('files, for lists with --base', '--files-from', line);
      const found = await discoverImages({ ...discovery, listed: [line] });
      this.#foundAny ||= found.foundAny;
      tellOfResults(found.resultFolders, this.ports);
      yield* this.#keepNew(await this.stock.unpack(withFaults(found, this.ports)));
    }
    tellOfSystemFolders(this.systemFolders, this.ports);
    if (this.images.length > 0 || this.unlisted > 0 || this.isCutShort) return;
    requirePictures(this.config, { foundAny: this.#foundAny, unread: this.unread, unmatchedGlobs: [] });
  }

  async *#keepNew({
    images,
    faults,
    unread,
    unlisted,
    systemFolders = new Set(),
  }: Pictures): AsyncGenerator<string> {
    this.unlisted += unlisted;
    for (const folder of systemFolders) this.systemFolders.add(folder);
    for (const [extension, files] of Object.entries(unread)) {
      this.unread = { ...this.unread, [extension]: (this.unread[extension] ?? 0) + files };
    }
    for (const image of images) {
      if (this.#seen.has(image)) continue;
      if (this.images.length === 0) await this.#rememberRoots();
      this.#seen.add(image);
      this.images.push(image);
      const fault = faults.get(image);
      if (fault) this.faults.set(image, fault);
      yield image;
    }
  }

  /** With the first picture: a list without any leaves no output folder. */
  async #rememberRoots(): Promise<void> {
    const { output, base, others } = this;
    if (output && output.readRoots() === undefined) await output.writeRoots({ base, others });
  }
}

/** Nothing, until an archive is in the list. Nothing is fetched ahead: it would have to be asked of the list. */
class ArrivingStock implements RunStock {
  readonly ahead = 0;
  #stock: ArchivedPictures | undefined;

  constructor(
    private readonly config: Config,
    private readonly ports: DiscoveryPorts,
  ) {}

  get sound(): ReadonlySet<string> {
    return this.#stock?.sound ?? new Set();
  }

  /** What was found, with members for archives. */
  async unpack(found: Pictures): Promise<Pictures> {
    if (!found.images.some(isArchiveName)) return found;
    if (this.#stock === undefined) {
      const { ArchivedPictures } = await import('./archived-pictures.js');
      this.#stock = await ArchivedPictures.create(this.config, this.ports);
    }
    return await this.#stock.unpack(found);
  }

  open(image: string): OpenPicture | undefined {
    return this.#stock?.open(image);
  }

  isGone(image: string): boolean | undefined {
    return this.#stock?.isGone(image);
  }

  cancel(): void {
    this.#stock?.cancel();
  }

  async close(): Promise<void> {
    await this.#stock?.close();
  }
}
