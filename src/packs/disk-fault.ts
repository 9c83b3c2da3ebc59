import { statfs } from 'node:fs/promises';
import { formatBytes } from '../core/format-bytes.js';
import { isDiskFault, isDiskFull, reasonOf } from '../core/system-fault.js';
import { hasCode } from '../core/thrown.js';
import { FatalError } from '../errors.js';

/** The FatalError for what the disk of a pack's folder refused; any other error as it is. */
export async function explainDiskFault(error: unknown, folder: string): Promise<unknown> {
  const tooLarge = hasCode(error, 'EFBIG');
  if (tooLarge || isDiskFull(error)) {
    const limit = tooLarge
      ? 'The limit on file sizes (ulimit -f) is too low for'
      : 'No space is left on the disk of';
    const advice =
      'What was installed has not changed. Free some space or name another folder with --models <dir>.';
    const message = `${limit} ${folder} (${await freeSpace(folder)}). ${advice}`;
    return new FatalError('OUTPUT_UNUSABLE', message, { cause: error });
  }
  if (
    isDiskFault(error) ||
    hasCode(error, 'EACCES', 'EPERM', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOTEMPTY', 'ELOOP')
  ) {
    const message = `${folder} cannot be written: ${reasonOf(error)}. Name another folder with --models <dir>.`;
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
