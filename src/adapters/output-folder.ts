import { existsSync, readdirSync, readFileSync, realpathSync, rmdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { formatCompletion, NOTHING_BEGUN, parseCompletion } from '../core/completion.js';
import { recordsFolder } from '../core/output-paths.js';
import { formatMemory, parseMemory } from '../core/roots.js';
import { codeOf } from '../core/thrown.js';
import { FatalError } from '../errors.js';
import type { OutputFolders } from '../ports.js';
import { fatalWriteFault, reasonOf } from './file-faults.js';
import { makeFolder, removeFile, writeForRun } from './files.js';
import { createFolderLock } from './folder-lock.js';
import { sweepTemporaries } from './ledger.js';

const LOCK = '.facetag.lock';
const MEMORY = 'facetag.json';
const COMPLETION = 'completion.json';

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

  readRoots(output) {
    const file = path.join(output, MEMORY);
    const text = readIfThere(file);
    if (text === undefined) return undefined;
    return parseMemory(text, realpathSync(output)) ?? notOurs(file);
  },

  writeRoots(output, roots) {
    // By its real path: the folder may be known under the name of a link today and under its own tomorrow.
    return writeForRun(path.join(output, MEMORY), [formatMemory(roots, realpathSync(output))]);
  },

  readCompletion(output) {
    const file = path.join(output, COMPLETION);
    const text = readIfThere(file);
    return text === undefined ? NOTHING_BEGUN : (parseCompletion(text) ?? notOurs(file));
  },

  async writeCompletion(output, completion) {
    const file = path.join(output, COMPLETION);
    const text = formatCompletion(completion);
    if (text === undefined) removeFile(file);
    else await writeForRun(file, [text]);
  },
};

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new FatalError('OUTPUT_UNUSABLE', `Cannot read ${file}: ${reasonOf(error)}`, { cause: error });
  }
}

function notOurs(file: string): never {
  throw new FatalError(
    'OUTPUT_UNUSABLE',
    `${file} is not what facetag writes there. Choose another output folder with -o, or remove the file`,
  );
}

/** An error of the work as data, so that it is not taken for one of the lock. */
async function settled<T>(work: () => Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
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
