import { hasCode } from '../core/thrown.js';

/**
 * Writes a record that only saves time later, and does without where the disk takes nothing: models may be shared
 * read-only, and are then hashed at each start.
 */
export async function ifWritable(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT')) throw error;
  }
}
