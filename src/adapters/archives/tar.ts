import { closeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { walkTar, type ByteSource, type TarEntry } from '../../core/archives/walk-tar.js';
import type { ArchiveMember, OpenArchive } from '../../ports.js';
import { BlockReader, openArchiveFile, readPart, requireUnchanged } from './open-file.js';

/** Entries between two looks at the event loop, so that signals are heard. */
const TURN = 256;

const NO_END = 'It has no mark at its end, so it may be cut off';

/** A plain tar archive: only its headers are read to list it, and members in any order. */
export function openTar(path: string): OpenArchive {
  const file = openArchiveFile(path);
  return {
    stamp: file.stamp,
    isSequential: false,
    list: (take, warn) => listTar(new FileSource(file.descriptor, file.stamp.bytes), take, warn),
    async *read({ offset, bytes }) {
      requireUnchanged(file);
      yield* readPart(file.descriptor, offset, bytes);
      requireUnchanged(file);
    },
    close() {
      closeSync(file.descriptor);
      return Promise.resolve();
    },
  };
}

/** @throws {ArchiveError} */
export async function listTar(
  source: ByteSource,
  take: (member: ArchiveMember) => void,
  warn: (message: string) => void,
): Promise<void> {
  const onUnmarkedEnd = (): void => {
    warn(NO_END);
  };
  let count = 0;
  for await (const entry of walkTar(source, { leavesData: false, onUnmarkedEnd })) {
    if (!isFolder(entry)) take(entry);
    if (++count % TURN === 0) await nextTurn();
  }
}

type Entry = TarEntry & { readonly kind: ArchiveMember['kind'] };

const isFolder = (entry: TarEntry): entry is Exclude<TarEntry, Entry> => entry.kind === 'folder';

class FileSource implements ByteSource {
  position = 0;
  readonly #reader: BlockReader;

  constructor(
    descriptor: number,
    private readonly size: number,
  ) {
    this.#reader = new BlockReader(descriptor);
  }

  read(length: number): Buffer {
    const bytes = this.#reader.read(this.position, length);
    this.position += bytes.length;
    return bytes;
  }

  skipTo(position: number): boolean {
    this.position = Math.min(position, this.size);
    return position <= this.size;
  }
}
