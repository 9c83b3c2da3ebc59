import { FatalError } from '../errors.js';
import { isPictureName } from './picture-name.js';

/*
 * Where the outputs of a picture are: the input tree is mirrored below folders of the output folder. Every path here
 * is relative to the output folder, of plain names with `/` between them.
 *
 * A folder whose name an output file beside it could have gets a longer one, so that no file and no folder meet: `a.jpg` and
 * `a.jpg.json/b.jpg` have the records `a.jpg.json` and `a.jpg.json.folder/b.jpg.json`.
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

/** What makes a folder's name longer, also one that ends in it already. */
const FOLDER_SUFFIX = '.folder';
const FOLDER_SUFFIXES = /(?:\.folder)+$/;

/** Whether a record could have this name, in whatever case: some file systems take both for one. */
const isRecordName = (name: string): boolean => name.toLowerCase().endsWith(RECORD_SUFFIX);

/** Whether a folder of the input tree has a longer name in the output, below which files have names like these. */
const isLengthened = (folder: string, isFileName: (name: string) => boolean): boolean =>
  isFileName(folder.replace(FOLDER_SUFFIXES, ''));

/**
 * Path of a picture's record: `json/<relativePath>.json`, its folders lengthened where they end in `.json`. The
 * picture's whole name stays, so that `a.jpg` and `a.png` cannot meet.
 * @throws {FatalError} INTERNAL when `relativePath` would leave the output folder.
 */
export function recordPath(relativePath: string): string {
  return mirror(RECORDS, relativePath, isRecordName) + RECORD_SUFFIX;
}

/** Names under which no viewer expects a JPEG, and those that such a name gets here. */
const NOT_WRITTEN = /\.(?:hei[cf]|hif|bmp)(?:\.jpg)*$/i;

/**
 * Path of a picture's copy: `annotated/<relativePath>`, and so on, its folders lengthened where they have pictures'
 * names: an archive may hold `a.jpg` and `a.jpg/b.jpg`. A copy of `a.heic` is a JPEG and called `a.heic.jpg`,
 * for nothing would open it by its own name; a picture called `a.heic.jpg` makes room for it as `a.heic.jpg.jpg`.
 * @throws {FatalError} INTERNAL when `relativePath` would leave the output folder.
 */
export function copyPath(folder: 'annotated' | 'blurred', relativePath: string): string {
  return mirror(folder, relativePath, isPictureName) + (NOT_WRITTEN.test(relativePath) ? '.jpg' : '');
}

/**
 * Folder of the crops of a picture's faces: `crops/<relativePath>`, the folders around it as those of copies.
 * @throws {FatalError} INTERNAL when `relativePath` would leave the output folder.
 */
export function cropFolder(relativePath: string): string {
  return mirror('crops', relativePath, isPictureName);
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
  if (!isPlainPath(relativePath)) return undefined;
  const { folders, name } = split(relativePath);
  // A folder that `recordPath` lengthens is another's, or from before.
  if (folders.some(isRecordName)) return undefined;
  const shown = folders.map((each) =>
    isLengthened(each, isRecordName) ? each.slice(0, -FOLDER_SUFFIX.length) : each,
  );
  return [...shown, name].join('/');
}

function split(relativePath: string): { readonly folders: readonly string[]; readonly name: string } {
  const segments = relativePath.split('/');
  return { folders: segments.slice(0, -1), name: segments.at(-1) ?? '' };
}

function mirror(folder: string, relativePath: string, isFileName: (name: string) => boolean): string {
  if (!isPlainPath(relativePath)) {
    throw new FatalError(
      'INTERNAL',
      `The picture name ${JSON.stringify(relativePath)} would leave the output folder. Nothing was written.`,
    );
  }
  const { folders, name } = split(relativePath);
  const lengthened = folders.map((each) => (isLengthened(each, isFileName) ? each + FOLDER_SUFFIX : each));
  return [folder, ...lengthened, name].join('/');
}

/** A path of plain names: no empty, `.` or `..` segment, no NUL. Dots inside a name (`a..b`, `...`) are plain. */
export function isPlainPath(relativePath: string): boolean {
  return /^(?!\.{0,2}(?:\/|$))[^\0/]+(?:\/(?!\.{0,2}(?:\/|$))[^\0/]+)*$/.test(relativePath);
}
