import { randomUUID } from 'node:crypto';
import { closeSync, constants, futimesSync, openSync, renameSync, unlinkSync, writeFile } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { FileContent } from '../ports.js';

/**
 * Where content is written first and where it goes then. Asked for right before each use: an address may not outlive a
 * wait.
 */
export interface Route {
  /** On the target's file system; nothing may have this name yet. */
  readonly temporary: () => string;
  readonly target: () => string;
}

/** Fails where something, be it a dangling link, has the name. */
const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Writes a file so that its name only ever shows the whole of it. No fsync: after a power cut a file may be empty.
 *
 * @throws what the system says; the target is then what it was, and nothing is left under the temporary name.
 */
export async function replaceFile(target: string, content: FileContent): Promise<void> {
  const temporary = path.join(path.dirname(target), `.facetag-${randomUUID()}.tmp`);
  await replaceBy({ temporary: () => temporary, target: () => target }, content);
}

/** As `replaceFile`. @param mtimeMs becomes the file's mtime. */
export async function replaceBy(route: Route, content: FileContent, mtimeMs?: number): Promise<void> {
  const descriptor = openSync(route.temporary(), NEW, 0o666);
  try {
    try {
      await write(descriptor, content);
      if (mtimeMs !== undefined) futimesSync(descriptor, mtimeMs / 1000, mtimeMs / 1000);
    } finally {
      closeSync(descriptor);
    }
    renameSync(route.temporary(), route.target());
  } catch (error) {
    discard(route);
    throw error;
  }
}

/** Goes on after a short write, which a disk that is nearly full answers with. */
const writeAll = promisify(writeFile);

async function write(descriptor: number, content: FileContent): Promise<void> {
  if (typeof content === 'string' || content instanceof Uint8Array) await writeAll(descriptor, content);
  else for await (const piece of content) await writeAll(descriptor, piece);
}

function discard({ temporary }: Route): void {
  try {
    unlinkSync(temporary());
  } catch {
    // The first error is the one to tell.
  }
}
