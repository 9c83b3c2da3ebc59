import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  annotatedPath,
  copiesFolder,
  pictureOfRecord,
  recordPath,
  recordsFolder,
} from '../core/output-paths.js';
import { isOtherVersion, MAX_RECORD_BYTES, parseRecord } from '../core/parse-record.js';
import { formatRecord } from '../core/report.js';
import { codeOf } from '../core/thrown.js';
import { FatalError } from '../errors.js';
import type { Ledger } from '../ports.js';
import { reasonOf, writeFault } from './file-faults.js';
import { removeFile, setMtime, TEMPORARY_NAME, writeForRun, writeWhole } from './files.js';

/**
 * Opens the records below an output folder. Reads are synchronous: an unchanged run over 10,000 pictures reads 20,000
 * small files, and a thread-pool hop for each would cost more than the reading.
 *
 * @param output absolute path of the output folder.
 */
export function openLedger(output: string): Ledger {
  return {
    read(image) {
      const file = readWhole(recordPath(output, image));
      const record = file && parseRecord(file.text, image);
      return record && { record, mtimeMs: file.mtimeMs };
    },
    hasOtherVersion(image) {
      const file = readWhole(recordPath(output, image));
      return file !== undefined && isOtherVersion(file.text, image);
    },
    write: (record, sourceMtimeMs) =>
      writeWhole(recordPath(output, record.image), formatRecord(record), sourceMtimeMs),
    restamp(image, sourceMtimeMs) {
      const file = recordPath(output, image);
      try {
        setMtime(file, sourceMtimeMs);
      } catch (error) {
        const fault = writeFault(error, file);
        // Only an owner may set times. Without them the next run hashes the picture again: no fault of the picture.
        if (fault instanceof FatalError) throw fault;
      }
    },
    remove(image) {
      removeFile(annotatedPath(output, image));
      removeFile(recordPath(output, image));
    },
    hasAnnotated: (image) => existsSync(annotatedPath(output, image)),
    removeAnnotated(image) {
      removeFile(annotatedPath(output, image));
    },
    annotatedPath: (image) => annotatedPath(output, image),
    sweepCopy(image) {
      removeTemporaries(path.dirname(annotatedPath(output, image)), namesIn);
    },
    images: () =>
      filesBelow(recordsFolder(output))
        .flatMap((file) => pictureOfRecord(file) ?? [])
        .sort(),
    publish: (name, chunks) => writeForRun(path.join(output, name), chunks),
    has: (name) => existsSync(path.join(output, name)),
  };
}

/** Undefined for what is not there, cannot be read or cannot be a record. */
function readWhole(file: string): { text: string; mtimeMs: number } | undefined {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats?.isFile() || stats.size > MAX_RECORD_BYTES) return undefined;
    return { text: readFileSync(file, 'utf8'), mtimeMs: Math.round(stats.mtimeMs) };
  } catch {
    return undefined;
  }
}

/** Removes temporary files that a killed run left behind. Only safe while the output folder is locked. */
export function sweepTemporaries(output: string): void {
  for (const folder of [recordsFolder(output), copiesFolder(output)]) removeTemporaries(folder, filesBelow);
  removeTemporaries(output, namesIn);
}

function removeTemporaries(folder: string, list: (folder: string) => string[]): void {
  for (const file of list(folder)) {
    if (TEMPORARY_NAME.test(path.basename(file))) removeFile(path.join(folder, file));
  }
}

/** Paths of the files below a folder, `/` separated, relative to it; none where it does not exist. */
function filesBelow(root: string): string[] {
  const files: string[] = [];
  const pending = [''];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const entry of entriesOf(path.join(root, folder))) {
      const relative = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) pending.push(relative);
      else files.push(relative);
    }
  }
  return files;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw new FatalError('OUTPUT_UNUSABLE', `Cannot list ${folder}: ${reasonOf(error)}`, { cause: error });
  }
}

function namesIn(folder: string): string[] {
  return entriesOf(folder).map((entry) => entry.name);
}
