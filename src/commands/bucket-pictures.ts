import type { Config } from '../config.js';
import { isArchiveName } from '../core/archives/kind.js';
import { countOf } from '../core/count-of.js';
import { isPictureName } from '../core/picture-name.js';
import { sameRoots } from '../core/roots.js';
import { inShard } from '../core/shard.js';
import {
  bucketAddress,
  keyOfName,
  nameOfKey,
  parseStoreAddress,
  type StoreAddress,
} from '../core/store-address.js';
import { usageError } from '../errors.js';
import type { ObjectStore, OpenPicture, OutputFolder } from '../ports.js';
import { nameFilter } from '../sources/matching.js';
import { PrivateFiles } from '../sources/private-files.js';
import { StoredPictures } from '../sources/stored-pictures.js';
import type { ImageFailure } from '../types.js';
import {
  discoveryOf,
  requirePictures,
  tellOfSystemFolders,
  type DiscoveryPorts,
  type Pictures,
  type RunStock,
} from './find-pictures.js';

/**
 * Finds the pictures of a run that are in a bucket. Addresses of pictures are taken one by one; any other is a folder,
 * with all that is below.
 *
 * @param listed lines of a list.
 * @throws {FatalError} USAGE, also for several buckets, or files beside; SDK_MISSING, STORE_FAILED, NO_PICTURES.
 */
export async function findStoredPictures(
  config: Config,
  listed: readonly string[],
  output: OutputFolder | undefined,
  ports: DiscoveryPorts,
): Promise<Pictures> {
  const addresses = parseAll([...config.inputs, ...listed]);
  const roots = { base: bucketAddress(addresses[0]?.bucket ?? '') };
  const stored = output?.readRoots();
  requireSame(roots.base, stored?.base, config, output);

  const stock = await BucketStock.open(addresses[0]?.bucket ?? '', config, ports);
  try {
    const { pictures } = stock;
    const prefixes = addresses.filter(({ key }) => !isPictureName(key)).map(({ key }) => asFolder(key));
    for (const prefix of new Set(prefixes)) await pictures.addAll(prefix);
    const keys = addresses.filter(({ key }) => isPictureName(key)).map(({ key }) => key);
    const missing = await pictures.addKeys(keys);
    const systemFolders = new Set<string>();
    const taken = { keys, prefixes: prefixes.map(nameOfFolder), systemFolders };
    const found = choose(pictures, roots.base, taken, config, output, ports);
    tellOfSystemFolders(systemFolders, ports);
    const mine = missing.filter((name) => isMine(name, config));
    const faults = new Map(mine.map((name) => [name, NOT_THERE]));
    const images = [...found.images, ...faults.keys()].sort();
    const { unread, unnameable } = pictures;
    if (unnameable > 0) {
      const message = `${countOf(unnameable, 'object')} not read: NUL in the key`;
      ports.log.emit({ event: 'warning', message });
    }
    if (images.length === 0 && unnameable === 0) {
      requirePictures(config, { foundAny: found.foundAny, unread, unmatchedGlobs: [] });
    }
    if (output && !config.dryRun && !(stored && sameRoots(stored, roots))) await output.writeRoots(roots);
    return { ...roots, images, faults, unread, unlisted: unnameable, stock };
  } catch (error) {
    await stock.close();
    throw error;
  }
}

const NOT_THERE: ImageFailure = {
  stage: 'discover',
  code: 'UNREADABLE',
  message: 'named, but not in the store',
};

function parseAll(typed: readonly string[]): StoreAddress[] {
  return typed.map((each) => {
    const address = parseStoreAddress(each);
    if (address && isArchiveName(address.key))
      throw usageError('pictures, not archives,', 's3:// paths', each);
    if (address && address.bucket === parseStoreAddress(typed[0] ?? '')?.bucket) return address;
    throw usageError('objects of one bucket (s3://bucket/…), or files alone,', 'the pictures', each);
  });
}

/** Results of different places would mix. */
function requireSame(
  address: string,
  stored: string | undefined,
  { base }: Config,
  output: OutputFolder | undefined,
): void {
  if (base !== undefined) throw usageError('no base folder where names are keys', '--base', base);
  if (stored === undefined || stored === address) return;
  throw usageError(
    `pictures of ${stored}, which ${output?.path ?? ''} was made with,`,
    'the pictures',
    address,
  );
}

const asFolder = (key: string): string => (key === '' || key.endsWith('/') ? key : `${key}/`);

/** How the names of all pictures below a folder of keys begin. */
const nameOfFolder = (key: string): string => (key === '' ? '' : `${nameOfKey(key.slice(0, -1))}/`);

/** What was named, and what is left out of it. */
interface Taken {
  readonly keys: readonly string[];
  /** As of `NameFilter`. */
  readonly prefixes: readonly string[];
  readonly systemFolders: Set<string>;
}

/** Those that filters leave. What was named by its key is taken whatever it is called. */
function choose(
  pictures: StoredPictures,
  base: string,
  { keys, prefixes, systemFolders }: Taken,
  config: Config,
  output: OutputFolder | undefined,
  ports: DiscoveryPorts,
): { readonly images: string[]; readonly foundAny: boolean } {
  const { newerThanMs = -Infinity } = discoveryOf(config, output, ports);
  const isTaken = nameFilter({ ...config, cwd: ports.cwd, prefixes }, base, systemFolders);
  const named = new Set(keys);
  const all = [...pictures.names].filter((name) => named.has(keyOfName(name)) || isTaken(name));
  const images = all.filter(
    (name) => (pictures.objectOf(name)?.mtimeMs ?? 0) > newerThanMs && isMine(name, config),
  );
  return { images, foundAny: all.length > 0 };
}

function isMine(name: string, { shard }: Config): boolean {
  return shard === undefined || inShard(name, shard.index, shard.count);
}

/** A request that has no answer for longer is given up, in seconds: `--timeout` where that is less. */
const LONGEST_STALL = 30;

class BucketStock implements RunStock {
  readonly ahead = 32;
  readonly sound: ReadonlySet<string> = new Set();

  private constructor(
    readonly pictures: StoredPictures,
    private readonly store: ObjectStore,
    private readonly privateFiles: PrivateFiles,
  ) {}

  static async open(bucket: string, config: Config, ports: DiscoveryPorts): Promise<BucketStock> {
    const { stores, privateFolders } = await ports.loadSources();
    const { endpointUrl, timeout, maxBytes } = config;
    const store = await stores.open({ endpointUrl, stallMs: Math.min(timeout, LONGEST_STALL) * 1000 });
    const privateFiles = new PrivateFiles(privateFolders);
    const pictures = new StoredPictures(bucket, maxBytes, { store, files: ports.files, privateFiles });
    return new BucketStock(pictures, store, privateFiles);
  }

  open(image: string): OpenPicture | undefined {
    return this.pictures.open(image);
  }

  isGone(image: string): boolean {
    return this.pictures.isGone(keyOfName(image));
  }

  cancel(): void {
    this.pictures.cancel();
    this.privateFiles.cancel();
  }

  async close(): Promise<void> {
    this.store.close();
    await this.privateFiles.close();
  }
}
