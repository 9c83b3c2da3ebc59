import path from 'node:path';
import { codeOf, messageOf } from '../core/thrown.js';
import { FatalError, ImageError } from '../errors.js';

/** Faults of the disk, not of one path: the run cannot go on. */
const DISK_FAULTS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EIO: 'the disk reports an input/output error',
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there (it may have vanished during the run)',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many symbolic links',
  ENOTDIR: 'a part of its path is not a folder',
  EEXIST: 'a file has that name',
  EISDIR: 'a folder has that name',
  ...DISK_FAULTS,
};

/** Sorts a failed write: the disk's fault ends the run, a path's fault is one picture's. */
export function writeFault(error: unknown, target: string): Error {
  if (error instanceof ImageError || error instanceof FatalError) return error;
  const disk = DISK_FAULTS[codeOf(error) ?? ''];
  if (disk !== undefined) return unusable(`Cannot write to ${path.dirname(target)}: ${disk}`, error);
  return new ImageError('WRITE_FAILED', `Cannot write ${path.basename(target)}: ${reasonOf(error)}`, 'write');
}

/** For a file that belongs to the whole run: whatever is wrong with it ends the run. */
export function fatalWriteFault(error: unknown, target: string): FatalError {
  if (error instanceof FatalError) return error;
  if (error instanceof ImageError) return unusable(error.message, error);
  return unusable(`Cannot write ${target}: ${reasonOf(error)}`, error);
}

function unusable(what: string, cause: unknown): FatalError {
  const remedy = 'Free or change it and run the same command again: finished pictures are kept';
  return new FatalError('OUTPUT_UNUSABLE', `${what}. ${remedy}`, { cause });
}

export function unreadable(error: unknown): ImageError {
  if (codeOf(error) === 'EISDIR') return notAFile();
  return new ImageError('UNREADABLE', `Cannot read the file: ${reasonOf(error)}`, 'discover');
}

export function notAFile(): ImageError {
  return new ImageError('NOT_A_FILE', 'Not a regular file', 'discover');
}

/** The reason without paths, so that records do not depend on where a run was made. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === undefined) return messageOf(error);
  return REASONS[code] ?? code;
}
