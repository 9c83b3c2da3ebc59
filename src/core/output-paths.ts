import { FatalError } from '../errors.js';

/*
 * Where the outputs of a picture are: the input tree is mirrored below two folders of the output folder. Every path here
 * is relative to the output folder, of plain names with `/` between them.
 */

/** Holds the records. */
export const RECORDS = 'json';

/** Holds the annotated copies. */
export const COPIES = 'annotated';

/** The tables of a run. */
export const TABLES = { csv: 'faces.csv', jsonl: 'faces.jsonl' } as const;

/** Remembers what the folder was made with. */
export const MEMORY = 'facetag.json';

/** Which shares it holds, and what was begun there and not finished. */
export const COMPLETION = 'completion.json';

const RECORD_SUFFIX = '.json';

/**
 * Path of a picture's record: `json/<relativePath>.json`. The picture's whole name stays, so that `a.jpg` and `a.png`
 * cannot meet.
 * @throws {FatalError} INTERNAL when `relativePath` would leave the output folder.
 */
export function recordPath(relativePath: string): string {
  return mirror(RECORDS, relativePath) + RECORD_SUFFIX;
}

/**
 * Path of a picture's annotated copy: `annotated/<relativePath>`.
 * @throws {FatalError} INTERNAL when `relativePath` would leave the output folder.
 */
export function annotatedPath(relativePath: string): string {
  return mirror(COPIES, relativePath);
}

/**
 * The picture that a record belongs to (inverse of `recordPath`); undefined when the file is no record.
 * @param file path below `RECORDS`, `/` separators.
 */
export function pictureOfRecord(file: string): string | undefined {
  if (!file.endsWith(RECORD_SUFFIX)) return undefined;
  const relativePath = file.slice(0, -RECORD_SUFFIX.length);
  return isPlainPath(relativePath) ? relativePath : undefined;
}

function mirror(folder: string, relativePath: string): string {
  if (!isPlainPath(relativePath)) {
    throw new FatalError(
      'INTERNAL',
      `The picture name ${JSON.stringify(relativePath)} would leave the output folder. Nothing was written.`,
    );
  }
  return `${folder}/${relativePath}`;
}

/** A path of plain names: no empty, `.` or `..` segment, no NUL. Dots inside a name (`a..b`, `...`) are plain. */
export function isPlainPath(relativePath: string): boolean {
  return /^(?!\.{0,2}(?:\/|$))[^\0/]+(?:\/(?!\.{0,2}(?:\/|$))[^\0/]+)*$/.test(relativePath);
}
