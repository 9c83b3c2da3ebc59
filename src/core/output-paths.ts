import { FatalError } from '../errors.js';

/*
 * Where the outputs of a picture are: the input tree is mirrored below folders of the output folder. Every path here
 * is relative to the output folder, of plain names with `/` between them.
 */

/** Holds the records. */
export const RECORDS = 'json';

/** Holds the records instead where they are lines of one file. */
export const RECORDS_FILE = 'records.jsonl';

/** Holds what has changed since `RECORDS_FILE` was written, while a run goes on or after one that was killed. */
export const RECORDS_JOURNAL = 'records.journal';

/** Holds what was found in videos. */
export const VIDEOS = 'video';

/** The tables of a run. */
export const TABLES = { csv: 'faces.csv', jsonl: 'faces.jsonl' } as const;

/** Remembers what the folder was made with. */
export const MEMORY = 'facetag.json';

/** Tells which records the tables were made of, where records are in one file. */
export const TABLE_STAMPS = 'tables.json';

/** Which shares it holds, and what was begun there and not finished. */
export const COMPLETION = 'completion.json';

/** Remembers how the copies in it were drawn. */
export const COPY_STYLES = 'copies.json';

const RECORD_SUFFIX = '.json';

/**
 * Path of a picture's record: `json/<relativePath>.json`. The picture's whole name stays, so that `a.jpg` and `a.png`
 * cannot meet.
 * @throws {FatalError} INTERNAL when `relativePath` would leave the output folder.
 */
export function recordPath(relativePath: string): string {
  return mirror(RECORDS, relativePath) + RECORD_SUFFIX;
}

/** Names under which no viewer expects a JPEG, and those that such a name gets here. */
const NOT_WRITTEN = /\.(?:hei[cf]|hif|bmp)(?:\.jpg)*$/i;

/**
 * Path of a picture's copy: `annotated/<relativePath>`, and so on. A copy of `a.heic` is a JPEG and called `a.heic.jpg`,
 * for nothing would open it by its own name; a picture called `a.heic.jpg` makes room for it as `a.heic.jpg.jpg`.
 * @throws {FatalError} INTERNAL when `relativePath` would leave the output folder.
 */
export function copyPath(folder: 'annotated' | 'blurred', relativePath: string): string {
  return mirror(folder, relativePath) + (NOT_WRITTEN.test(relativePath) ? '.jpg' : '');
}

/**
 * Folder of the crops of a picture's faces: `crops/<relativePath>`.
 * @throws {FatalError} INTERNAL when `relativePath` would leave the output folder.
 */
export function cropFolder(relativePath: string): string {
  return mirror('crops', relativePath);
}

/**
 * Path of the crop of a picture's face: `crops/<relativePath>/<index>.jpg`.
 * @param index of the face in the record, from 0.
 */
export function cropPath(relativePath: string, index: number): string {
  return `${cropFolder(relativePath)}/${index}.jpg`;
}

/** Whether a file in a folder of crops has a name that `cropPath` gives. */
export function isCropName(name: string): boolean {
  return /^(?:0|[1-9]\d{0,8})\.jpg$/.test(name);
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
