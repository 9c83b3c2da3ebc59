import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileStamp, isUnchanged } from './file-stamp.js';
import type { ModelStamp } from './file-stamp.js';
import { ifWritable } from './if-writable.js';
import { inspectFile, READ_AT_ONCE, statOrNothing } from './inspect-file.js';
import { replaceJson } from './replace-json.js';
import type { ModelFile, NetSpec } from './spec.js';

/** A file that was made of a pack's own ones, and what tells that it still is what it should be. */
export interface MadeFile extends ModelStamp {
  readonly sha256: string;
  /** What it was made from: see `sourceOf`. */
  readonly source: string;
  /** Version of what made it. */
  readonly converter: number;
}

/** sha256 of the files of the pack that a net consists of, joined. */
export function sourceOf(net: NetSpec, files: readonly ModelFile[]): string {
  const names = [net.weights, net.definition];
  return names.flatMap((name) => files.find((file) => file.name === name)?.sha256 ?? []).join('+');
}

/** Files of one kind that are made in a pack's folder, and the record of them there. */
export class MadeFiles<F extends MadeFile = MadeFile> {
  /**
   * @param recordName of the JSON file.
   * @param version goes up when other files are made of the same net: those of an older one are then made again.
   */
  constructor(
    private readonly recordName: string,
    readonly version: number,
  ) {}

  async #read(folder: string): Promise<Readonly<Record<string, F>>> {
    try {
      const text = await readFile(path.join(folder, this.recordName), {
        encoding: 'utf8',
        flag: READ_AT_ONCE,
      });
      return (JSON.parse(text) as { files?: Readonly<Record<string, F>> }).files ?? {};
    } catch {
      return {};
    }
  }

  async record(folder: string, made: Readonly<Record<string, F>>): Promise<void> {
    const files = { ...(await this.#read(folder)), ...made };
    await replaceJson(path.join(folder, this.recordName), { schemaVersion: 1, files });
  }

  /**
   * The record of a file that is what was made of these sources; undefined when it is not there, damaged or out of date.
   * Its bytes are read only when it was touched.
   */
  async find(folder: string, name: string, source: string): Promise<F | undefined> {
    const known = (await this.#read(folder))[name];
    if (known?.source !== source || known.converter !== this.version) return undefined;
    const file = path.join(folder, name);
    const stats = await statOrNothing(file);
    if (stats !== undefined && isUnchanged(known, stats)) return known;
    const check = await inspectFile(file, known);
    if (check.state !== 'ok') return undefined;
    const current = { ...known, ...fileStamp(check.stats) };
    await ifWritable(() => this.record(folder, { [name]: current }));
    return current;
  }
}
