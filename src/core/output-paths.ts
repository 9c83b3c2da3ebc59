import path from 'node:path';
import { FatalError } from '../errors.js';

/** Where the outputs of a picture are: the input tree is mirrored below two folders of the output folder. */
const RECORDS = 'json';
const ANNOTATED = 'annotated';
const RECORD_SUFFIX = '.json';

/**
 * Path of a picture's record: `<output>/json/<relativePath>.json`. The picture's whole name stays, so that `a.jpg` and
 * `a.png` cannot meet.
 * @throws {FatalError} INTERNAL when `relativePath` would leave the output folder.
 */
export function recordPath(output: string, relativePath: string): string {
  return mirror(output, RECORDS, relativePath) + RECORD_SUFFIX;
}

/**
 * Path of a picture's annotated copy: `<output>/annotated/<relativePath>`.
 * @throws {FatalError} INTERNAL when `relativePath` would leave the output folder.
 */
export function annotatedPath(output: string, relativePath: string): string {
  return mirror(output, ANNOTATED, relativePath);
}

/** Folder that holds the records. */
export function recordsFolder(output: string): string {
  return path.join(output, RECORDS);
}

/** Folder that holds the annotated copies. */
export function copiesFolder(output: string): string {
  return path.join(output, ANNOTATED);
}

/**
 * The picture that a record belongs to (inverse of `recordPath`); undefined when the file is no record.
 * @param file path below `recordsFolder`, `/` separators.
 */
export function pictureOfRecord(file: string): string | undefined {
  if (!file.endsWith(RECORD_SUFFIX)) return undefined;
  const relativePath = file.slice(0, -RECORD_SUFFIX.length);
  return isSafe(relativePath) ? relativePath : undefined;
}

function mirror(output: string, folder: string, relativePath: string): string {
  if (!isSafe(relativePath)) {
    throw new FatalError(
      'INTERNAL',
      `The picture name ${JSON.stringify(relativePath)} would leave the output folder. Nothing was written.`,
    );
  }
  return path.join(output, folder, relativePath);
}

/** A path of plain names: no empty, `.` or `..` segment, no NUL. Dots inside a name (`a..b`, `...`) are plain. */
function isSafe(relativePath: string): boolean {
  return /^(?!\.{0,2}(?:\/|$))[^\0/]+(?:\/(?!\.{0,2}(?:\/|$))[^\0/]+)*$/.test(relativePath);
}
