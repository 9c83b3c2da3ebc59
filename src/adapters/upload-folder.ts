import { createHash } from 'node:crypto';
import { accessSync, constants, lstatSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { open, rm, statfs, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDiskFault, reasonOf } from '../core/system-fault.js';
import { FatalError, UploadRoomError } from '../errors.js';
import type { TakenFile, UploadFile, UploadFolder, UploadFolders } from '../ports.js';
import { OpenFolder } from './open-folder.js';
import { idSpace, isStillRunning, startOf } from './process-identity.js';

/** A file system in memory that Linux has everywhere. */
const IN_MEMORY = '/dev/shm';

/** Whose the files are that are put there for lanes to read. */
type Purpose = 'serve' | 'tag';

/** `facetag-<purpose>-<space of process ids>-<process>-<its start>-<random>`. */
const NAME = /^facetag-(?:serve|tag)-([\da-f]{8})-(\d+)-(\d*)-/;

const HEAD_BYTES = 64;

/** For what is sent to `facetag serve`. */
export const uploadFolders = privateFolders('serve');

/** For pictures of a run that are no files of their own. */
export const fetchFolders = privateFolders('tag');

function privateFolders(purpose: Purpose): UploadFolders {
  return {
    async hold(work) {
      const inMemory = mayWrite(IN_MEMORY);
      const parent = inMemory ? IN_MEMORY : tmpdir();
      sweep(parent);
      const folder = makeFolder(parent, purpose);
      try {
        return await work(await openFolder(folder, inMemory));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Process ids mean something else in another container, and after a restart of the machine. */
function space(): string {
  return createHash('sha256')
    .update(idSpace() ?? '')
    .digest('hex')
    .slice(0, 8);
}

/** Only this user may enter it. @throws {FatalError} OUTPUT_UNUSABLE. */
function makeFolder(parent: string, purpose: Purpose): string {
  try {
    const name = `facetag-${purpose}-${space()}-${process.pid}-${startOf(process.pid) ?? ''}-`;
    return realpathSync(mkdtempSync(path.join(parent, name)));
  } catch (error) {
    throw new FatalError('OUTPUT_UNUSABLE', `Cannot make a folder in ${parent}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Removes the folders of this user's processes that were killed. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, where, pid, start = ''] = NAME.exec(name) ?? [];
    if (where !== space() || isStillRunning(Number(pid), start)) continue;
    const folder = path.join(parent, name);
    const stats = lstatSync(folder, { throwIfNoEntry: false });
    // Anybody may make something of such a name here.
    if (stats?.isDirectory() && stats.uid === process.getuid?.()) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function openFolder(folder: string, inMemory: boolean): Promise<UploadFolder> {
  const opened = OpenFolder.at(folder);
  const { identity } = opened;
  opened.close();
  const { bavail, bsize } = await statfs(folder);
  let created = 0;
  return {
    root: { path: folder, identity },
    inMemory,
    freeBytes: bavail * bsize,
    async create() {
      created += 1;
      const id = `upload${created}`;
      const file = path.join(folder, id);
      return uploadFile(id, file, path.join(folder, 'annotated', id), await openNew(file));
    },
    take: (file) => takeFile(path.join(folder, file)),
  };
}

async function openNew(file: string): Promise<FileHandle> {
  return await open(file, 'wx', 0o600).catch((error: unknown) => {
    throw roomFault(error);
  });
}

function roomFault(error: unknown): unknown {
  return isDiskFault(error) ? new UploadRoomError(reasonOf(error), { cause: error }) : error;
}

function uploadFile(id: string, file: string, copy: string, handle: FileHandle): UploadFile {
  let closing: Promise<void> | undefined;
  const end = (): Promise<void> => (closing ??= handle.close());
  return {
    id,
    path: file,
    async append(chunk) {
      try {
        await handle.writeFile(chunk);
      } catch (error) {
        throw roomFault(error);
      }
    },
    end,
    async discard() {
      await end();
      await Promise.all([rm(file, { force: true }), rm(copy, { force: true })]);
    },
  };
}

async function takeFile(file: string): Promise<TakenFile> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await rm(file);
    const { size } = await handle.stat();
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
    const content = handle.createReadStream({ start: 0, highWaterMark: 1 << 18 });
    return { bytes: size, head: head.subarray(0, bytesRead), content };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
