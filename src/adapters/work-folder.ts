import {
  closeSync,
  constants,
  openSync,
  readSync,
  realpathSync,
  unlinkSync,
  writeFile,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { WorkFile, WorkFolder } from '../ports.js';
import { fatalReadFault, fatalWriteFault } from './file-faults.js';
import type { OpenFolder } from './open-folder.js';
import type { OutputTree } from './output-tree.js';
import { openPlainFile } from './plain-file.js';

const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** For the owner alone. */
const MODE = 0o600;

/** Characters that are written at once. */
const BLOCK = 1 << 16;

const PIECE = 1 << 20;

/** Makes a private folder in an output folder, runs `work` on it and removes it with all it holds. */
export async function withWorkFolder<T>(
  tree: OutputTree,
  work: (folder: WorkFolder) => Promise<T>,
): Promise<T> {
  const folder = made(tree);
  try {
    return await work(new OpenWorkFolder(folder));
  } finally {
    // The next sweep takes what cannot be removed now.
    tree.removeWorkFolder(folder);
  }
}

function made(tree: OutputTree): OpenFolder {
  try {
    return tree.makeWorkFolder();
  } catch (error) {
    throw fatalWriteFault(error, tree.root.path);
  }
}

const writeAll = promisify(writeFile);

class OpenWorkFolder implements WorkFolder {
  readonly path: string;

  constructor(private readonly folder: OpenFolder) {
    this.path = realpathSync(folder.at('.'));
  }

  async write(name: string, data: Uint8Array | string): Promise<void> {
    const descriptor = this.create(name);
    try {
      await writeAll(descriptor, data);
    } catch (error) {
      throw fatalWriteFault(error, this.place(name));
    } finally {
      closeSync(descriptor);
    }
  }

  open(name: string): WorkFile {
    const descriptor = this.create(name);
    let text = '';
    const flush = (): void => {
      try {
        writeFileSync(descriptor, text);
      } catch (error) {
        throw fatalWriteFault(error, this.place(name));
      }
      text = '';
    };
    return {
      write(more) {
        text += more;
        if (text.length >= BLOCK) flush();
      },
      close() {
        try {
          flush();
        } finally {
          closeSync(descriptor);
        }
      },
    };
  }

  async *pieces(name: string): AsyncGenerator<Uint8Array> {
    const { descriptor } = this.openToRead(name);
    try {
      for (;;) {
        const piece = Buffer.allocUnsafe(PIECE);
        const length = readSync(descriptor, piece);
        if (length === 0) return;
        yield piece.subarray(0, length);
        await nextTurn();
      }
    } finally {
      closeSync(descriptor);
    }
  }

  remove(name: string): void {
    try {
      unlinkSync(this.folder.at(name));
    } catch (error) {
      throw fatalWriteFault(error, this.place(name));
    }
  }

  private create(name: string): number {
    try {
      return openSync(this.folder.at(name), NEW, MODE);
    } catch (error) {
      throw fatalWriteFault(error, this.place(name));
    }
  }

  private openToRead(name: string): { readonly descriptor: number } {
    try {
      return openPlainFile(this.folder.at(name), this.place(name));
    } catch (error) {
      throw fatalReadFault(error, this.place(name));
    }
  }

  /** For messages. */
  private place(name: string): string {
    return path.join(this.folder.path, name);
  }
}
