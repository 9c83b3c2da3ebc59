import { statfs } from 'node:fs/promises';
import { codeOf, hasCode } from '../core/thrown.js';
import { FatalError } from '../errors.js';
import { formatBytes } from './format-bytes.js';

export function isDiskFull(error: unknown): boolean {
  // EFBIG: a limit on the size of files (ulimit -f).
  return hasCode(error, 'ENOSPC', 'EDQUOT', 'EFBIG');
}

/** The FatalError for what the disk of a pack's folder refused; any other error as it is. */
export async function explainDiskFault(error: unknown, folder: string): Promise<unknown> {
  if (isDiskFull(error)) {
    const limit = hasCode(error, 'EFBIG')
      ? 'The limit on file sizes (ulimit -f) is too low for'
      : 'No space is left on the disk of';
    const advice =
      'What was installed has not changed. Free some space or name another folder with --models <dir>.';
    const message = `${limit} ${folder} (${await freeSpace(folder)}). ${advice}`;
    return new FatalError('OUTPUT_UNUSABLE', message, { cause: error });
  }
  if (hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EIO')) {
    const message = `${folder} cannot be written (${codeOf(error) ?? ''}). Name another folder with --models <dir>.`;
    return new FatalError('OUTPUT_UNUSABLE', message, { cause: error });
  }
  return error;
}

async function freeSpace(folder: string): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return `${formatBytes(bavail * bsize)} free`;
  } catch {
    return 'free space unknown';
  }
}
