import { existsSync, readdirSync, readFileSync, realpathSync, rmdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { recordsFolder } from '../core/output-paths.js';
import { codeOf } from '../core/thrown.js';
import { FatalError } from '../errors.js';
import type { OutputFolders } from '../ports.js';
import type { OutputMemory } from '../types.js';
import { fatalWriteFault, reasonOf } from './file-faults.js';
import { makeFolder, writeForRun } from './files.js';
import { createFolderLock } from './folder-lock.js';
import { sweepTemporaries } from './ledger.js';

const LOCK = '.facetag.lock';
const MEMORY = 'facetag.json';

export const outputFolders: OutputFolders = {
  async hold(output, work) {
    const existed = existsSync(output);
    makeFolder(output);
    const lock = path.join(output, LOCK);
    try {
      const outcome = await createFolderLock()
        .hold(lock, () => settled(work), {
          onWait: ({ pid, host }) => {
            throw new FatalError(
              'OUTPUT_LOCKED',
              `Another run (process ${pid} on ${host}) is writing to ${output}. Wait for it, or choose another folder with -o`,
            );
          },
          onTakeover: () => {
            sweepTemporaries(output);
          },
        })
        .catch((error: unknown) => {
          throw fatalWriteFault(error, lock);
        });
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    } finally {
      if (!existed) removeIfEmpty(output);
    }
  },

  hasRecords: (output) => existsSync(recordsFolder(output)),

  isUnfinished: (output) => existsSync(path.join(output, LOCK)),

  readBase(output) {
    const file = path.join(output, MEMORY);
    let text;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw new FatalError('OUTPUT_UNUSABLE', `Cannot read ${file}: ${reasonOf(error)}`, { cause: error });
    }
    return path.resolve(realpathSync(output), parseMemory(text, file).base);
  },

  writeBase(output, base) {
    // By its real path: the folder may be known under the name of a link today and under its own tomorrow.
    const memory: OutputMemory = { schemaVersion: 1, base: path.relative(realpathSync(output), base) || '.' };
    return writeForRun(path.join(output, MEMORY), [JSON.stringify(memory, null, 2) + '\n']);
  },
};

/** An error of the work as data, so that it is not taken for one of the lock. */
async function settled<T>(work: () => Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

function parseMemory(text: string, file: string): OutputMemory {
  try {
    const value: unknown = JSON.parse(text);
    if (
      typeof value === 'object' &&
      value !== null &&
      'schemaVersion' in value &&
      value.schemaVersion === 1 &&
      'base' in value &&
      typeof value.base === 'string'
    ) {
      return { schemaVersion: 1, base: value.base };
    }
  } catch {
    // Said below.
  }
  throw new FatalError(
    'OUTPUT_UNUSABLE',
    `${file} is not what facetag writes there. Choose another output folder with -o, or remove the file`,
  );
}

function removeIfEmpty(folder: string): void {
  try {
    if (readdirSync(folder).length === 0) rmdirSync(folder);
  } catch {
    // Nothing depends on it.
  }
}

/** Whether a file is certainly not there: neither a fault of reading nor a folder that cannot be entered counts. */
export function isGone(file: string): boolean {
  try {
    statSync(file);
    return false;
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' || code === 'ENOTDIR';
  }
}

/** Milliseconds since the epoch; undefined where there is no such file. */
export function mtimeOf(file: string): number | undefined {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return undefined;
  }
}
