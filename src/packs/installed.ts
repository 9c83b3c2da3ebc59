import type { Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../core/thrown.js';
import { inspectFile, statOrNothing } from './inspect-file.js';
import { replaceJson } from './replace-json.js';
import type { FileCheck } from './inspect-file.js';
import type { ModelFile } from './spec.js';

/**
 * `installed.json` beside the model files: size, mtime and sha256 of each file when its bytes were last checked.
 * While size and mtime are the same, a run need not read the file to trust it.
 */
const RECORD = 'installed.json';

interface CheckedFile {
  readonly bytes: number;
  readonly mtimeMs: number;
  readonly sha256: string;
}

export type InstalledRecord = Readonly<Record<string, CheckedFile>>;

/** The record of a pack's folder; empty when there is none or it cannot be understood: files are then hashed again. */
async function readInstalled(folder: string): Promise<InstalledRecord> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path.join(folder, RECORD), 'utf8'));
    const files = (parsed as { files?: unknown } | null)?.files;
    return typeof files === 'object' && files !== null ? (files as InstalledRecord) : {};
  } catch {
    return {};
  }
}

/**
 * Notes files whose bytes have just been checked, for later runs to trust.
 * @param when a folder that is shared read-only works too: its files are then hashed at each start.
 */
export async function recordInstalled(
  folder: string,
  checked: InstalledRecord,
  when: 'always' | 'if writable' = 'always',
): Promise<void> {
  const files = { ...(await readInstalled(folder)), ...checked };
  try {
    await replaceJson(path.join(folder, RECORD), { schemaVersion: 1, files });
  } catch (error) {
    const notWritable = hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT');
    if (when === 'always' || !notWritable) throw error;
  }
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
    known?.sha256 === file.sha256 &&
    known.bytes === file.bytes &&
    stats.isFile() &&
    stats.size === file.bytes &&
    stats.mtimeMs === known.mtimeMs
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
      renewed[file.name] = checkedFile(file, check.stats.mtimeMs);
    }
    results.push({ file, check });
  }
  if (Object.keys(renewed).length > 0) await recordInstalled(folder, renewed, 'if writable');
  return results;
}

export function checkedFile(file: ModelFile, mtimeMs: number): CheckedFile {
  return { bytes: file.bytes, mtimeMs, sha256: file.sha256 };
}
