import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pictureOfRecord, recordPath, RECORDS } from '../../core/output-paths.js';
import type { ChangedPicture } from '../../ports.js';
import type { OutputTree } from '../output-tree.js';
import type { RecordsStamp } from '../records-file/table-stamps.js';
import { movedOn } from './change-clock.js';
import { folderOf, type TouchedFolder } from './touched.js';

/** Files between two looks at the event loop, so that signals are heard and the lock is kept alive. */
const TURN = 64;

/** What a look at all record files has told, without opening any. */
export interface Survey {
  readonly files: number;
  /** All of them as they are; undefined where a change that comes now might not show. */
  readonly now: RecordsStamp | undefined;
  /** All of them as they were before this run; undefined where that is not known. */
  readonly before: RecordsStamp | undefined;
  /** Those that this run has changed, sorted. */
  readonly changed: readonly ChangedPicture[];
  /** Records of this run that are not there any more. */
  readonly lost: number;
}

/**
 * Looks at every record file. A file is told from a changed one by its inode, its size and the time of its last change
 * (ctime), which the system alone sets: writing, replacing, renaming and setting times all move it.
 *
 * @param touched what this run has changed; undefined where that is not known.
 */
export async function survey(
  tree: OutputTree,
  touched: ReadonlyMap<string, TouchedFolder> | undefined,
): Promise<Survey> {
  const begun = await movedOn(tree);
  const [now, before] = [new FileSet(), new FileSet()];
  const changed: ChangedPicture[] = [];
  let lost = 0;
  let youngest = -Infinity;
  const take = (folder: string, marks: ReadonlyMap<string, string>): void => {
    const part = partOf(folder, marks);
    now.add(part);
    const changes = touched?.get(folder);
    if (!changes) {
      before.add(part);
      return;
    }
    const marksBefore = new Map(marks);
    for (const [image, { before: mark, isKept }] of changes) {
      const isRecorded = marks.has(image);
      changed.push({ image, isRecorded });
      if (isKept && !isRecorded) lost += 1;
      if (mark === undefined) marksBefore.delete(image);
      else marksBefore.set(image, mark);
    }
    before.add(partOf(folder, marksBefore));
  };

  const seen = new Set<string>();
  for await (const files of tree.filesBelow(RECORDS)) {
    const marks = new Map<string, string>();
    for (const [index, file] of files.entries()) {
      if (index % TURN === TURN - 1) await nextTurn();
      const image = pictureOfRecord(file);
      const stats = image === undefined ? undefined : lookAt(image, tree);
      if (image === undefined || stats === undefined) continue;
      youngest = Math.max(youngest, stats.ctimeMs);
      marks.set(image, markOf(stats));
    }
    const [image] = marks.keys();
    if (image === undefined) continue;
    const folder = folderOf(image);
    if (touched?.has(folder)) seen.add(folder);
    take(folder, marks);
  }
  for (const folder of touched?.keys() ?? []) if (!seen.has(folder)) take(folder, new Map());
  return {
    files: now.files,
    now: begun !== undefined && youngest < begun ? now.stamp() : undefined,
    before: touched && before.stamp(),
    changed: changed.sort((a, b) => (a.image < b.image ? -1 : 1)),
    lost,
  };
}

/** How a record's file is; undefined where there is none. */
export function lookAt(image: string, tree: OutputTree): Stats | undefined {
  try {
    return tree.stats(recordPath(image));
  } catch {
    // What is no plain file is no record, and no table was vouched for that lacks one.
    return undefined;
  }
}

export function markOf({ ino, size, ctimeMs }: Stats): string {
  return `${ino} ${size} ${ctimeMs}`;
}

/** Digits of a hash that are added up at once, so that sums are exact. */
const WORD = 48;
const LIMIT = 2 ** WORD;

/** The files of one folder. */
interface Part {
  readonly files: number;
  readonly digest: Buffer;
}

function partOf(folder: string, marks: ReadonlyMap<string, string>): Part {
  const lines = [...marks].map(([image, mark]) => `${image}\0${mark}`).sort();
  const digest = createHash('sha256')
    .update(`${folder}\0${lines.join('\0')}`)
    .digest();
  return { files: marks.size, digest };
}

/** Sums up the files of folders, which come in any order. */
class FileSet {
  files = 0;
  readonly #sums: [number, number] = [0, 0];

  add({ files, digest }: Part): void {
    if (files === 0) return;
    this.files += files;
    for (const place of [0, 1] as const) {
      this.#sums[place] = (this.#sums[place] + digest.readUIntBE(place * (WORD / 8), WORD / 8)) % LIMIT;
    }
  }

  stamp(): RecordsStamp {
    const digits = this.#sums.map((sum) => sum.toString(16).padStart(WORD / 4, '0'));
    return { files: this.files, state: digits.join('') };
  }
}
