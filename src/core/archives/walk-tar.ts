import { escapeName } from '../escape-name.js';
import { ArchiveError } from '../../errors.js';
import {
  BLOCK,
  isEnd,
  isZeros,
  MAP_CONTINUES,
  MOST_RECORD,
  parsePax,
  parsePaxSize,
  parseTarHeader,
  untilNul,
  type TarHeader,
} from './tar-header.js';

/** Bytes that are read from the front to the back. */
export interface ByteSource {
  /** Of the next byte. */
  readonly position: number;
  /** The next bytes; fewer only where the source ends. Overwritten by the next call. */
  read(length: number): Promise<Buffer> | Buffer;
  /** Passes over bytes. @returns whether the source has so many. */
  skipTo(position: number): Promise<boolean> | boolean;
}

/** An entry of an archive. */
export interface TarEntry {
  /** As stored. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'special' | 'sparse';
  /** Where its bytes start. */
  readonly offset: number;
  readonly bytes: number;
}

export interface TarWalk {
  /** Leave an entry's bytes to be read when it is yielded; otherwise they are known to be there. */
  readonly leavesData: boolean;
  /** Called when the archive has no whole mark at its end. */
  readonly onUnmarkedEnd?: () => void;
}

/** What headers may say about an entry beyond its own: no writer needs more. */
const MOST_EXTENSION = 1 << 20;

/** What extended headers said of the next entry. */
interface Extension {
  name?: string;
  pax?: ReadonlyMap<string, string>;
}

/**
 * Goes through a tar archive.
 *
 * @throws {ArchiveError} at the first place that is damaged, or where it is cut off.
 */
export async function* walkTar(source: ByteSource, walk: TarWalk): AsyncGenerator<TarEntry> {
  let extension: Extension = {};
  for (let header = await nextHeader(source, walk); header; header = await nextHeader(source, walk)) {
    if (header.continues) await passOverMap(source);
    const { position: offset } = source;
    if ('LKxgX'.includes(header.type)) {
      extension = { ...extension, ...(await readExtension(header, source)) };
    } else {
      const entry = entryOf(header, extension, offset);
      extension = {};
      const end = offset + entry.bytes;
      if (!walk.leavesData) await passOver(end, entry.name, source);
      yield entry;
      await passOver(end, entry.name, source);
    }
    // A missing rest of the last block is no loss.
    await source.skipTo(Math.ceil(source.position / BLOCK) * BLOCK);
  }
}

async function passOver(end: number, name: string, source: ByteSource): Promise<void> {
  if (!(await source.skipTo(end))) throw new ArchiveError(`it is cut off in ${name}`);
}

/** Further blocks of a sparse file's map. */
async function passOverMap(source: ByteSource): Promise<void> {
  for (let block = await source.read(BLOCK); block[MAP_CONTINUES] === 1;) block = await source.read(BLOCK);
}

/** @returns undefined at the end. */
async function nextHeader(source: ByteSource, { onUnmarkedEnd }: TarWalk): Promise<TarHeader | undefined> {
  const at = source.position;
  const block = await source.read(BLOCK);
  if (block.length === 0) {
    if (at === 0) throw new ArchiveError('it is empty');
    onUnmarkedEnd?.();
    return undefined;
  }
  if (block.length < BLOCK) {
    throw new ArchiveError(at === 0 ? 'it is no tar archive' : `it is cut off at byte ${at + block.length}`);
  }
  if (isZeros(block)) {
    if ((await passEnd(at, source)) === 1) onUnmarkedEnd?.();
    return undefined;
  }
  const header = parseTarHeader(block);
  if (header) return header;
  throw new ArchiveError(at === 0 ? 'it is no tar archive' : `it is damaged at byte ${at}`);
}

/**
 * Reads the zeros at the end, of which one block was read.
 *
 * @returns how many blocks there are.
 * @throws {ArchiveError} where something follows, or where the zeros are more than the padding of an end.
 */
async function passEnd(start: number, source: ByteSource): Promise<number> {
  let blocks = 1;
  for (let block = await source.read(BLOCK); block.length > 0; block = await source.read(BLOCK)) {
    if (!isZeros(block)) {
      const zeros = blocks === 1 ? 'a lone zero block' : 'zeros that are not its end';
      throw new ArchiveError(`it is damaged: ${zeros}, at byte ${start}`);
    }
    blocks += 1;
    if (blocks > MOST_RECORD + 1) break;
  }
  if (isEnd(blocks, start / BLOCK + blocks)) return blocks;
  throw new ArchiveError(`it is damaged: from byte ${start} on all is zero, more than an end has`);
}

/** GNU tar's long names and PAX headers. What is said of a link's target, or of all entries, changes no name. */
async function readExtension({ type, bytes }: TarHeader, source: ByteSource): Promise<Extension> {
  const at = source.position;
  if (bytes > MOST_EXTENSION) throw new ArchiveError(`it is damaged at byte ${at}`);
  const data = await source.read(bytes);
  if (data.length < bytes) throw new ArchiveError(`it is cut off at byte ${at + data.length}`);
  if (type === 'L') return { name: escapeName(untilNul(data)) };
  if (type !== 'x') return {};
  const pax = parsePax(data);
  if (pax === undefined) throw new ArchiveError(`it is damaged at byte ${at}`);
  return { pax };
}

function entryOf(header: TarHeader, { name, pax }: Extension, offset: number): TarEntry {
  const size = pax?.get('size');
  const bytes = size === undefined ? header.bytes : parsePaxSize(size);
  if (bytes === undefined) throw new ArchiveError(`it is damaged at byte ${offset}`);
  const isSparse =
    header.type === 'S' || [...(pax?.keys() ?? [])].some((key) => key.startsWith('GNU.sparse.'));
  const stored = pax?.get('GNU.sparse.name') ?? pax?.get('path') ?? name ?? header.name;
  const kind = isSparse ? 'sparse' : kindOf(header.type, stored);
  // Links and devices have no data, whatever their size says.
  return { name: stored, kind, offset, bytes: kind === 'link' || kind === 'special' ? 0 : bytes };
}

function kindOf(type: string, name: string): TarEntry['kind'] {
  switch (type) {
    case '0':
      return name.endsWith('/') ? 'folder' : 'file';
    case '1':
    case '2':
      return 'link';
    case '3':
    case '4':
    case '6':
      return 'special';
    // Whatever it is, it has data that is no file's: a dump's list of names, a volume's label.
    default:
      return 'folder';
  }
}
