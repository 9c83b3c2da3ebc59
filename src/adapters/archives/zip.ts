import { isUtf8 } from 'node:buffer';
import { closeSync } from 'node:fs';
import { promisify } from 'node:util';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import yauzl from 'yauzl';
import { Spans } from '../../core/archives/overlap.js';
import { messageOf } from '../../core/thrown.js';
import { ArchiveError, ImageError } from '../../errors.js';
import type { ArchiveMember, OpenArchive, PackedMember } from '../../ports.js';
import { BlockReader, openArchiveFile, readPart, requireUnchanged, type ArchiveFile } from './open-file.js';

/** Entries between two looks at the event loop, so that signals are heard. */
const TURN = 256;

/** A zip archive: its directory is read to list it, and members in any order. */
export async function openZip(path: string): Promise<OpenArchive> {
  const file = openArchiveFile(path);
  try {
    const reader = new FileReader(file.descriptor);
    const zip = await openDirectory(reader, file.stamp.bytes, {
      lazyEntries: true,
      autoClose: false,
      decodeStrings: false,
    });
    return {
      stamp: file.stamp,
      isSequential: false,
      list: (take) => list(zip, reader, take),
      read: (member) => read(file, member),
      close() {
        closeSync(file.descriptor);
        return Promise.resolve();
      },
    };
  } catch (error) {
    closeSync(file.descriptor);
    throw faultOf(error);
  }
}

const openDirectory = promisify<yauzl.RandomAccessReader, number, yauzl.Options, yauzl.ZipFile>(
  yauzl.fromRandomAccessReader,
);

/** Many small reads of what stands side by side. */
class FileReader extends yauzl.RandomAccessReader {
  readonly #reader: BlockReader;

  constructor(descriptor: number) {
    super();
    this.#reader = new BlockReader(descriptor);
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    let bytes: Buffer;
    try {
      bytes = this.#reader.read(position, length);
    } catch (error) {
      callback(error as Error);
      return;
    }
    callback(null, bytes.copy(buffer, offset));
  }

  /** The four bytes at a place; undefined where the file ends before. */
  signatureAt(position: number): number | undefined {
    const bytes = this.#reader.read(position, 4);
    return bytes.length < 4 ? undefined : bytes.readUInt32LE(0);
  }

  override _readStreamForRange(): Readable {
    throw new Error('members are read otherwise');
  }
}

/** Where two members share bytes a small archive unpacks to terabytes: no program that packs does that. */
async function list(
  zip: yauzl.ZipFile,
  reader: FileReader,
  take: (member: ArchiveMember) => void,
): Promise<void> {
  const spans = new Spans();
  try {
    for await (const entry of entriesOf(zip, reader)) {
      spans.add(entry.relativeOffsetOfLocalHeader, LOCAL_HEADER_BYTES + entry.compressedSize);
      const member = memberOf(entry);
      if (member) take(member);
      if (spans.size % TURN === 0) await nextTurn();
    }
  } catch (error) {
    throw spans.overlap() ? overlapping() : faultOf(error);
  }
  if (spans.overlap()) throw overlapping();
}

const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_ENTRY_BYTES = 46;
/** What a directory's end is followed by: the end record, that of zip64, or a digital signature. */
const DIRECTORY_ENDS: readonly (number | undefined)[] = [0x06054b50, 0x06064b50, 0x05054b50];

/**
 * The entries of the directory, up to its end. Its count may have wrapped at 16 bits: macOS and old Java write more than
 * 65,535 entries so, without zip64.
 *
 * @throws {ArchiveError} where there are others than were counted.
 */
async function* entriesOf(zip: yauzl.ZipFile, reader: FileReader): AsyncGenerator<yauzl.Entry> {
  const counted = zip.entryCount;
  // So that yauzl does not stop at it.
  zip.entryCount = Infinity;
  const entries = zip.eachEntry();
  // The types of yauzl have it as a boolean.
  let at = Number(zip.readEntryCursor);
  while (reader.signatureAt(at) === DIRECTORY_ENTRY) {
    const next = await entries.next();
    if (next.done === true) break;
    const { value: entry } = next;
    at += DIRECTORY_ENTRY_BYTES + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    yield entry;
  }
  const count = zip.entriesRead;
  if (count !== counted && !(counted < 0x10000 && count % 0x10000 === counted)) {
    throw new ArchiveError(`its directory counts ${counted} members, and ${count} can be read`);
  }
  if (!DIRECTORY_ENDS.includes(reader.signatureAt(at))) {
    throw new ArchiveError(`its directory is damaged behind member ${count}`);
  }
}

const overlapping = (): ArchiveError =>
  new ArchiveError('members of it overlap, as they do to fill disks', true);

/** @returns undefined for a folder. */
function memberOf(entry: yauzl.Entry): ArchiveMember | undefined {
  const { generalPurposeBitFlag, fileNameRaw, extraFields, uncompressedSize, compressedSize } = entry;
  // Unix and macOS write UTF-8 without saying so. Other bytes are code page 437, whatever the flag says.
  const flags = isUtf8(fileNameRaw) ? generalPurposeBitFlag | UTF8_NAME : generalPurposeBitFlag & ~UTF8_NAME;
  // Also turns the backslashes of some programs for Windows into slashes.
  const name = yauzl.getFileNameLowLevel(flags, fileNameRaw, extraFields, false);
  if (name.endsWith('/')) return undefined;
  return {
    name,
    kind: isLink(entry) ? 'link' : 'file',
    bytes: uncompressedSize,
    offset: entry.relativeOffsetOfLocalHeader,
    packed: {
      bytes: compressedSize,
      deflated: entry.compressionMethod === DEFLATE,
      crc32: entry.crc32,
      ...refusalOf(entry),
    },
  };
}

/** The flag that says so. */
const UTF8_NAME = 0x800;

const STORE = 0;
const DEFLATE = 8;

function refusalOf({ generalPurposeBitFlag, compressionMethod }: yauzl.Entry): Pick<PackedMember, 'refusal'> {
  if ((generalPurposeBitFlag & 1) !== 0) return { refusal: 'it is encrypted' };
  if (compressionMethod === STORE || compressionMethod === DEFLATE) return {};
  return { refusal: `its way of compression (${compressionMethod}) is not known` };
}

/** As zip on Unix notes it. */
function isLink({ versionMadeBy, externalFileAttributes }: yauzl.Entry): boolean {
  return versionMadeBy >> 8 === UNIX && ((externalFileAttributes >>> 16) % 0x10000) >> 12 === S_IFLNK;
}

const UNIX = 3;
const S_IFLNK = 0o12;

const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;

async function* read(file: ArchiveFile, { bytes, offset, packed }: ArchiveMember): AsyncGenerator<Buffer> {
  if (packed === undefined) return;
  requireUnchanged(file);
  const content = readPart(file.descriptor, await contentStart(file, offset), packed.bytes);
  let sum = 0;
  let length = 0;
  for await (const piece of packed.deflated ? inflated(content) : content) {
    length += piece.length;
    if (length > bytes) throw new ArchiveError('it has more bytes than the directory of the archive says');
    sum = crc32(piece, sum);
    yield piece;
  }
  requireUnchanged(file);
  if (length < bytes) throw new ArchiveError('it is cut off');
  if (sum !== packed.crc32) throw new ArchiveError('its checksum is wrong');
}

async function contentStart({ descriptor }: ArchiveFile, offset: number): Promise<number> {
  for await (const header of readPart(descriptor, offset, LOCAL_HEADER_BYTES)) {
    if (header.length < LOCAL_HEADER_BYTES || header.readUInt32LE(0) !== LOCAL_HEADER) break;
    return offset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  }
  throw new ArchiveError('it is not where the directory of the archive says');
}

async function* inflated(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw({ chunkSize: 1 << 17 });
  const packed = Readable.from(content, { objectMode: false });
  packed.on('error', (error) => inflate.destroy(error));
  try {
    for await (const piece of packed.pipe(inflate)) yield piece as Buffer;
  } catch (error) {
    throw faultOf(error);
  } finally {
    packed.destroy();
  }
}

function faultOf(error: unknown): Error {
  if (error instanceof ImageError || error instanceof ArchiveError) return error;
  const message = messageOf(error);
  if (message.startsWith('End of central directory'))
    return new ArchiveError('it is no zip archive, or cut off');
  return new ArchiveError(`it is damaged (${message})`);
}
