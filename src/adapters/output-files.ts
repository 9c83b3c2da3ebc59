import path from 'node:path';
import { FatalError } from '../errors.js';
import type { FileContent, OutputFiles, StoredText } from '../ports.js';
import { fatalReadFault, writeFault } from './file-faults.js';
import type { OutputTree } from './output-tree.js';
import { textOf } from './plain-file.js';

/** A longer file is not read: nothing that is asked for has a hundredth of it. */
const MAX_BYTES = 1 << 24;

/** The files of an output folder that belong to no picture. */
export function openOutputFiles(tree: OutputTree): OutputFiles {
  return new TreeFiles(tree);
}

class TreeFiles implements OutputFiles {
  constructor(private readonly tree: OutputTree) {}

  read(file: string): StoredText | undefined {
    try {
      return this.tree.withFile(file, (open) =>
        open.stats.size > MAX_BYTES
          ? undefined
          : { text: textOf(open), mtimeMs: Math.round(open.stats.mtimeMs) },
      );
    } catch {
      return undefined;
    }
  }

  has(file: string): boolean {
    try {
      return this.tree.stats(file) !== undefined;
    } catch {
      // What is no plain file is none of ours.
      return false;
    }
  }

  async *below(folder: string): AsyncGenerator<string> {
    try {
      for await (const files of this.tree.filesBelow(folder)) yield* files;
    } catch (error) {
      throw fatalReadFault(error, this.place(folder));
    }
  }

  pieces(file: string): AsyncIterable<Uint8Array> | undefined {
    try {
      return this.tree.stats(file) === undefined ? undefined : this.tree.pieces(file);
    } catch (error) {
      throw fatalReadFault(error, this.place(file));
    }
  }

  async write(file: string, content: FileContent, mtimeMs?: number): Promise<void> {
    try {
      await this.tree.replace(file, content, mtimeMs);
    } catch (error) {
      throw writeFault(error, this.place(file));
    }
  }

  remove(file: string): void {
    try {
      this.tree.remove(file);
    } catch (error) {
      throw writeFault(error, this.place(file), 'remove');
    }
  }

  touch(file: string, mtimeMs: number): void {
    try {
      this.tree.touch(file, mtimeMs);
    } catch (error) {
      const fault = writeFault(error, this.place(file));
      // Only an owner may set times. Without them the next run hashes the source again.
      if (fault instanceof FatalError) throw fault;
    }
  }

  private place(file: string): string {
    return path.join(this.tree.root.path, file);
  }
}
