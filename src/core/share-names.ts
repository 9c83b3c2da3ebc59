import type { Shard } from '../config.js';

/** Stands for the share in a path, so that each share has a folder of its own. */
export const SHARE_NAME = '{shard}';

/**
 * A path with `{shard}` filled in: `003-of-200`, so that names sort as shares do, and another number of shares means
 * other folders.
 */
export function withShareName(path: string, { index, count }: Shard): string {
  const width = String(count).length;
  return path.replaceAll(SHARE_NAME, `${String(index).padStart(width, '0')}-of-${count}`);
}
