import { closeSync, type Stats } from 'node:fs';
import { RECORDS_FILE, RECORDS_JOURNAL } from '../../core/output-paths.js';
import { hasCode } from '../../core/thrown.js';
import type { OutputTree } from '../output-tree.js';
import type { PlainFile } from '../plain-file.js';
import { Checksum, type Sum } from './checksum.js';
import { LineReader, type Line } from './line-reader.js';
import { isWhole, pictureOf, removedBy } from './line.js';
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
 * @throws {OddFileError}
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
    if (sortedFile) yield* readSorted(sortedFile, lines);
    if (journal) yield* readJournal(journal, lines.overlay);
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

function* readSorted({ descriptor, stats }: PlainFile, lines: OpenLines): Generator<undefined> {
  const reader = new LineReader(descriptor, stats.size);
  for (const piece of reader.pieces()) {
    for (const line of piece) {
      const image = pictureOf(line);
      if (image === undefined) lines.illegible += 1;
      else if (!lines.sorted.add(image, line)) lines.overlay.set(image, placeOf(line, false));
    }
    yield;
  }
  lines.illegible += reader.broken;
  lines.sum = reader.sum;
}

function* readJournal({ descriptor, stats }: PlainFile, overlay: Overlay): Generator<undefined> {
  for (const piece of new LineReader(descriptor, stats.size).pieces()) {
    for (const line of piece) {
      if (!isWhole(line)) continue;
      const removed = removedBy(line);
      const image = removed ?? pictureOf(line);
      if (removed !== undefined) overlay.remove(removed);
      else if (image !== undefined) overlay.set(image, placeOf(line, true));
    }
    yield;
  }
}

function placeOf({ offset, start, end }: Line, inJournal: boolean) {
  return { offset, length: end - start, inJournal };
}
