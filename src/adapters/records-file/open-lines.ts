import { closeSync, type Stats } from 'node:fs';
import path from 'node:path';
import { RECORDS_FILE, RECORDS_JOURNAL } from '../../core/output-paths.js';
import { hasCode } from '../../core/thrown.js';
import { FatalError } from '../../errors.js';
import type { OutputTree } from '../output-tree.js';
import type { PlainFile } from '../plain-file.js';
import { Checksum, type Sum } from './checksum.js';
import { LineReader, type Line } from './line-reader.js';
import { isOurs, isWhole, pictureOf, removedBy } from './line.js';
import { Overlay } from './overlay.js';
import { SortedLines } from './sorted-lines.js';

/** The files of the records, held open, and what was found in them. */
export interface OpenLines {
  readonly sortedFile: PlainFile | undefined;
  /** Of an earlier run, or of one that is going on. */
  readonly journal: PlainFile | undefined;
  readonly sorted: SortedLines;
  readonly overlay: Overlay;
  /** Lines of the sorted file that show neither a record nor whose it was. */
  illegible: number;
  /** Of the sorted file. */
  sum: Sum;
}

/**
 * Opens the files and reads all lines for their names, yielding now and then. Names lead to damaged lines too; of the
 * journal only whole lines count, since a killed run may have left half a one.
 *
 * @throws {OddFileError} @throws {FatalError} OUTPUT_UNUSABLE for somebody else's file.
 */
export function* openLines(tree: OutputTree): Generator<undefined, OpenLines> {
  const [journal, sortedFile] = openBoth(tree);
  const lines: OpenLines = {
    sortedFile,
    journal,
    sorted: new SortedLines(sortedFile?.descriptor),
    overlay: new Overlay(),
    illegible: 0,
    sum: new Checksum(),
  };
  try {
    if (sortedFile) yield* readSorted(sortedFile, lines, witnessOf(tree, RECORDS_FILE));
    if (journal) yield* readJournal(journal, lines.overlay, witnessOf(tree, RECORDS_JOURNAL));
    return lines;
  } catch (error) {
    closeLines(lines);
    throw error;
  }
}

export function closeLines({ sortedFile, journal }: OpenLines): void {
  for (const file of [sortedFile, journal]) if (file) closeSync(file.descriptor);
}

/** Tries to see both at one moment: a run that ends now replaces the one by both. */
const TRIES = 5;

function openBoth(tree: OutputTree): [journal: PlainFile | undefined, sortedFile: PlainFile | undefined] {
  for (let tries = 1; ; tries += 1) {
    const journal = openIfThere(tree, RECORDS_JOURNAL);
    const sortedFile = openIfThere(tree, RECORDS_FILE);
    if (tries === TRIES || isSame(journal?.stats, tree.stats(RECORDS_JOURNAL))) return [journal, sortedFile];
    for (const file of [sortedFile, journal]) if (file) closeSync(file.descriptor);
  }
}

export function isSame(a: Stats | undefined, b: Stats | undefined): boolean {
  return a?.ino === b?.ino && a?.dev === b?.dev;
}

function openIfThere(tree: OutputTree, name: string): PlainFile | undefined {
  try {
    return tree.open(name);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function* readSorted(
  { descriptor, stats }: PlainFile,
  lines: OpenLines,
  witness: Witness,
): Generator<undefined> {
  const reader = new LineReader(descriptor, stats.size);
  for (const piece of reader.pieces()) {
    for (const line of piece) {
      witness.sees(line);
      const image = pictureOf(line);
      if (image === undefined) lines.illegible += 1;
      else if (!lines.sorted.add(image, line)) lines.overlay.set(image, placeOf(line, false));
    }
    yield;
  }
  witness.requireOurs();
  lines.illegible += reader.broken;
  lines.sum = reader.sum;
}

function* readJournal(
  { descriptor, stats }: PlainFile,
  overlay: Overlay,
  witness: Witness,
): Generator<undefined> {
  for (const piece of new LineReader(descriptor, stats.size).pieces()) {
    for (const line of piece) {
      witness.sees(line);
      if (!isWhole(line)) continue;
      const removed = removedBy(line);
      const image = removed ?? pictureOf(line);
      if (removed !== undefined) overlay.remove(removed);
      else if (image !== undefined) overlay.set(image, placeOf(line, true));
    }
    yield;
  }
  witness.requireOurs();
}

/** Tells a file that is damaged from one that was never ours: that would be lost when ours is written. */
class Witness {
  #sawLines = false;
  #sawOurs = false;

  /** @param place its path, for people. */
  constructor(private readonly place: string) {}

  sees(line: Line): void {
    this.#sawLines = true;
    this.#sawOurs ||= isOurs(line);
  }

  /** @throws {FatalError} OUTPUT_UNUSABLE. */
  requireOurs(): void {
    if (this.#sawOurs || !this.#sawLines) return;
    const remedy = 'Choose another output folder with -o, or remove the file';
    throw new FatalError('OUTPUT_UNUSABLE', `${this.place} is not what facetag writes there. ${remedy}`);
  }
}

const witnessOf = (tree: OutputTree, name: string): Witness => new Witness(path.join(tree.root.path, name));

function placeOf({ offset, start, end }: Line, inJournal: boolean) {
  return { offset, length: end - start, inJournal };
}
