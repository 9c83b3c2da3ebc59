import type { Stats } from 'node:fs';

/**
 * What a file system tells of a file without reading it. The ctime is the part that vouches: the kernel sets it at each
 * change of content, name or mode, and no user can set it back as they can the mtime. The inode tells a file that was
 * put in place of another.
 */
export interface ModelStamp {
  readonly bytes: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
}

export function fileStamp({ size, mtimeMs, ctimeMs, ino }: Stats): ModelStamp {
  return { bytes: size, mtimeMs, ctimeMs, ino };
}

/** Is this the file that was stamped, unchanged? A record of an earlier version lacks what it did not know: then not. */
export function isUnchanged(known: Partial<ModelStamp>, stats: Stats): boolean {
  const now = fileStamp(stats);
  return (
    known.bytes === now.bytes &&
    known.mtimeMs === now.mtimeMs &&
    known.ctimeMs === now.ctimeMs &&
    known.ino === now.ino
  );
}
