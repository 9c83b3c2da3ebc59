import { codeOf, messageOf } from './thrown.js';

/** No room for anything more. */
const DISK_FULL: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
};

/** Faults of the disk, whatever file is written. */
const DISK_FAULTS: Readonly<Record<string, string>> = {
  ...DISK_FULL,
  EROFS: 'the file system is read-only',
  EIO: 'the disk reports an input/output error',
};

/** Faults of a moment or of one machine, beside those of the disk. */
const PASSING_FAULTS: ReadonlySet<string> = new Set([
  'EAGAIN',
  'EBUSY',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOTCONN',
  'ESTALE',
  'ETIMEDOUT',
]);

/** What an error code of the system means to a person. */
const REASONS: Readonly<Record<string, string>> = {
  ...DISK_FAULTS,
  ENOENT: 'it is not there (it may have vanished during the run)',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EFBIG: 'the limit on file sizes (ulimit -f) is too low for it',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many symbolic links',
  ENOTDIR: 'a part of its path is not a folder',
  EEXIST: 'a file has that name',
  EISDIR: 'a folder has that name',
  EXDEV: 'another file system is mounted on a part of its path',
  EMFILE: 'too many files are open: raise the limit (ulimit -n)',
  ENFILE: 'too many files are open on this machine',
  ENOMEM: 'there is no memory left',
  ESTALE: 'the network file system has lost sight of it',
  ETIMEDOUT: 'the file system does not answer',
};

/** True when every other write would fail alike: a run cannot go on. */
export function isDiskFault(error: unknown): boolean {
  return Object.hasOwn(DISK_FAULTS, codeOf(error) ?? '');
}

/** True when the same may work later or elsewhere. */
export function isPassingFault(error: unknown): boolean {
  return isDiskFault(error) || PASSING_FAULTS.has(codeOf(error) ?? '');
}

/** True when a process, or the machine, has as many files open as it may. */
export function isOutOfFiles(error: unknown): boolean {
  return ['EMFILE', 'ENFILE'].includes(codeOf(error) ?? '');
}

/** True when there is no room left; what is half-written had better go. */
export function isDiskFull(error: unknown): boolean {
  return Object.hasOwn(DISK_FULL, codeOf(error) ?? '');
}

/** The reason without paths, so that records do not depend on where a run was made. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === undefined) return messageOf(error);
  return REASONS[code] ?? code;
}
