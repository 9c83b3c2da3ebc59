import { constants } from 'node:fs';
import { copyFile, rename, rm, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../core/thrown.js';
import { usageError } from '../errors.js';
import { findPack, ownFiles } from './manifest.js';
import type { ModelFile } from './spec.js';
import { packFolder } from './store.js';
import type { Store } from './store.js';
import { explainDiskFault } from './disk-fault.js';
import { inspectFile, statOrNothing } from './inspect-file.js';
import type { FileCheck } from './inspect-file.js';
import { checkedFile, recordInstalled } from './installed.js';
import type { FolderLock } from './ports.js';
import { makeFolders } from './make-folders.js';

export interface ImportedFile {
  readonly file: ModelFile;
  /** What was found in the folder to import from. */
  readonly check: FileCheck;
}

/**
 * Copies a pack's files from a folder, by name. Only files of the right size and sha256 are installed; those that the
 * folder lacks or has wrong leave what was installed as it is.
 * @throws {FatalError} USAGE when the folder is missing or has none of the files; OUTPUT_UNUSABLE.
 */
export async function importPack(
  store: Store,
  name: string,
  from: string,
  lock: FolderLock,
  signal?: AbortSignal,
): Promise<readonly ImportedFile[]> {
  const pack = findPack(store.manifest, name);
  if (pack.origin === 'embedded') throw usageError('a pack that is pulled', 'models import', name);
  if (!(await statOrNothing(from))?.isDirectory()) {
    throw usageError('an existing folder', 'the folder to import from', from);
  }
  const files = ownFiles(pack);
  const found = await Promise.all(files.map((file) => statOrNothing(path.join(from, file.name))));
  if (found.every((stats) => stats === undefined)) {
    const names = files.map((file) => file.name).join(', ');
    throw usageError(`a folder with at least one of ${names}`, 'models import', from);
  }
  const folder = packFolder(store, name, pack);
  const work = async (): Promise<ImportedFile[]> => {
    const imported: ImportedFile[] = [];
    for (const file of files) {
      imported.push({ file, check: await importFile(file, from, folder, signal) });
    }
    return imported;
  };
  try {
    makeFolders(folder);
    return await lock.hold(path.join(folder, '.lock'), work, signal ? { signal } : {});
  } catch (error) {
    throw await explainDiskFault(error, folder);
  }
}

async function importFile(
  file: ModelFile,
  from: string,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<FileCheck> {
  const source = path.join(from, file.name);
  const stats = await statOrNothing(source);
  if (!stats?.isFile()) return { state: 'missing' };
  // Known to be wrong from its size: then only its beginning matters, and nothing need be copied.
  if (stats.size !== file.bytes) return inspectFile(source, file, signal);
  const copy = path.join(folder, `${file.name}.import`);
  // What has the name, from a killed import or planted as a link, must not be written into.
  await unlink(copy).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
  });
  try {
    await copyFile(source, copy, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    const check = await inspectFile(copy, file, signal);
    if (check.state !== 'ok') return check;
    const final = path.join(folder, file.name);
    await rename(copy, final);
    await recordInstalled(folder, { [file.name]: checkedFile(file, await stat(final)) });
    return check;
  } finally {
    await rm(copy, { force: true });
  }
}
