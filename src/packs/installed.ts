import type { Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileStamp, isUnchanged } from './file-stamp.js';
import type { ModelStamp } from './file-stamp.js';
import { ifWritable } from './if-writable.js';
import { inspectFile, READ_AT_ONCE, statOrNothing } from './inspect-file.js';
import { replaceJson } from './replace-json.js';
import type { FileCheck } from './inspect-file.js';
import type { ModelFile } from './spec.js';

/**
 * `installed.json` beside the model files: stamp and sha256 of each file when its bytes were last checked.
 * While the stamp is the same, a run need not read the file to trust it.
 */
const RECORD = 'installed.json';

interface CheckedFile extends ModelStamp {
  readonly sha256: string;
}

export type InstalledRecord = Readonly<Record<string, CheckedFile>>;

/** The record of a pack's folder; empty when there is none or it cannot be understood: files are then hashed again. */
async function readInstalled(folder: string): Promise<InstalledRecord> {
  try {
    const parsed: unknown = JSON.parse(
      await readFile(path.join(folder, RECORD), { encoding: 'utf8', flag: READ_AT_ONCE }),
    );
    const files = (parsed as { files?: unknown } | null)?.files;
    return typeof files === 'object' && files !== null ? (files as InstalledRecord) : {};
  } catch {
    return {};
  }
}

/** Notes files whose bytes have just been checked, for later runs to trust. */
export async function recordInstalled(folder: string, checked: InstalledRecord): Promise<void> {
  const files = { ...(await readInstalled(folder)), ...checked };
  await replaceJson(path.join(folder, RECORD), { schemaVersion: 1, files });
}

/** Checks one file of a pack, reading it only when the record does not vouch for it. */
async function checkInstalled(folder: string, file: ModelFile, record: InstalledRecord): Promise<FileCheck> {
  const full = path.join(folder, file.name);
  const stats = await statOrNothing(full);
  if (!stats) return { state: 'missing' };
  return vouches(record[file.name], file, stats) ? { state: 'ok', stats } : inspectFile(full, file);
}

function vouches(known: CheckedFile | undefined, file: ModelFile, stats: Stats): boolean {
  return (
    known?.sha256 === file.sha256 && stats.isFile() && stats.size === file.bytes && isUnchanged(known, stats)
  );
}

/** Checks files of a pack and renews the record where a file was read and found right. */
export async function checkFolder(
  folder: string,
  files: readonly ModelFile[],
): Promise<{ file: ModelFile; check: FileCheck }[]> {
  const record = await readInstalled(folder);
  const results = [];
  const renewed: Record<string, CheckedFile> = {};
  for (const file of files) {
    const check = await checkInstalled(folder, file, record);
    if (check.state === 'ok' && !vouches(record[file.name], file, check.stats)) {
      renewed[file.name] = checkedFile(file, check.stats);
    }
    results.push({ file, check });
  }
  if (Object.keys(renewed).length > 0) await ifWritable(() => recordInstalled(folder, renewed));
  return results;
}

/** @param stats taken before the bytes were read, or once nothing but the name changed since. */
export function checkedFile(file: ModelFile, stats: Stats): CheckedFile {
  return { ...fileStamp(stats), sha256: file.sha256 };
}
