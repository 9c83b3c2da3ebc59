import type { Stats } from 'node:fs';
import { rename, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { hasCode, messageOf } from '../core/thrown.js';
import { FatalError } from '../errors.js';
import { PartialFile } from './partial-file.js';
import { HEAD_BYTES, describeContent, describeWrongFile } from './wrong-file.js';
import type { ModelFile } from './spec.js';
import { TooSlowError } from './ports.js';
import type { HttpClient, HttpResponse, PullProgress } from './ports.js';

export interface DownloadOptions {
  readonly folder: string;
  readonly http: HttpClient;
  /** Of this process; undefined where users have no number. */
  readonly uid: number | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PullProgress) => void;
}

/** Connections that break within the body, one URL, before the next URL is tried. */
const BROKEN_BODIES = 3;

/** What came from one URL is not the file. `message` finishes "it is …". */
class WrongContent extends Error {}

/**
 * Fetches one file into the folder under its final name, trying each URL in turn. What has arrived stays in
 * `<name>.part` and is continued by the next URL, the next attempt or the next process. Size and sha256 are checked
 * before the file gets its name.
 * @returns what the file system says of the finished file.
 * @throws {FatalError} DOWNLOAD_FAILED with what each URL gave; the signal's reason; system errors of the disk.
 */
export async function downloadFile(
  file: ModelFile,
  urls: readonly string[],
  options: DownloadOptions,
): Promise<Stats> {
  const failures: string[] = [];
  for (const url of urls) {
    const failure = await tryUrl(file, url, options);
    if (failure === undefined) return finish(file, options.folder);
    failures.push(`  ${url}\n    ${failure}`);
  }
  throw new FatalError('DOWNLOAD_FAILED', `${file.name} could not be downloaded:\n${failures.join('\n')}`);
}

async function finish(file: ModelFile, folder: string): Promise<Stats> {
  const final = path.join(folder, file.name);
  await rename(partOf(file, folder), final);
  return await stat(final);
}

function partOf(file: ModelFile, folder: string): string {
  return path.join(folder, `${file.name}.part`);
}

/** Undefined when the whole, right file is in `.part`; else what went wrong. */
async function tryUrl(file: ModelFile, url: string, options: DownloadOptions): Promise<string | undefined> {
  let failure = '';
  for (let attempt = 0; attempt < BROKEN_BODIES; attempt += 1) {
    const part = await PartialFile.open(partOf(file, options.folder), options.uid);
    try {
      const resumed = part.size > 0;
      await fetchRest(file, url, part, options);
      const sha256 = part.digest();
      if (sha256 === file.sha256) {
        await part.sync();
        return undefined;
      }
      await part.restart();
      failure = `it is ${describeWrongFile({ head: part.head, bytes: file.bytes, sha256 }, file)}`;
      // The part that was there before may have been the wrong one: once more, from zero.
      if (!resumed) return failure;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (isSystemError(error)) throw error;
      if (error instanceof WrongContent) return `it is ${error.message}`;
      failure = messageOf(error);
      if (!(error instanceof BrokenBody)) return failure;
    } finally {
      await part.close();
    }
  }
  return failure;
}

/** The connection broke while the body was coming, after the client's own retries. */
class BrokenBody extends Error {}

async function fetchRest(
  file: ModelFile,
  url: string,
  part: PartialFile,
  options: DownloadOptions,
): Promise<void> {
  if (part.size > file.bytes) await part.restart();
  if (part.size === file.bytes) return;
  const response = await get(url, part, options);
  if (response.start !== part.size) await part.restart();
  await refuseOtherSize(file, response, part);
  const report = (): void =>
    options.onProgress?.({ file: file.name, received: part.size, total: file.bytes });
  report();
  await copyBody(file, response, part, report);
  if (part.size < file.bytes)
    throw new WrongContent(describeWrongFile({ head: part.head, bytes: part.size }, file));
}

async function get(url: string, part: PartialFile, options: DownloadOptions): Promise<HttpResponse> {
  const signal = options.signal ? { signal: options.signal } : {};
  let response = await options.http.get(url, { from: part.size, ...signal });
  if (response.status === 416) {
    // Nothing there at our offset: another file, or a server that cannot continue.
    response.cancel();
    await part.restart();
    response = await options.http.get(url, { from: 0, ...signal });
  }
  if (response.status === 200 || response.status === 206) return response;
  response.cancel();
  throw new Error(`the server answered HTTP ${response.status}`);
}

/** A file of another size need not be fetched to know that it is wrong; its beginning says what it is. */
async function refuseOtherSize(file: ModelFile, response: HttpResponse, part: PartialFile): Promise<void> {
  const { total } = response;
  if (total === undefined || total === file.bytes) return;
  const head = part.size > 0 ? part.head : await firstBytes(response);
  response.cancel();
  throw new WrongContent(describeWrongFile({ head, bytes: total }, file));
}

async function copyBody(
  file: ModelFile,
  response: HttpResponse,
  part: PartialFile,
  report: () => void,
): Promise<void> {
  const chunks = response.body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await readChunk(chunks);
      if (next.done === true) return;
      await part.append(next.value);
      const content = describeContent(part.head);
      if (content !== undefined || part.size > file.bytes) {
        const bytes = Math.max(part.size, response.total ?? 0);
        await part.restart();
        throw new WrongContent(describeWrongFile({ head: part.head, bytes }, file));
      }
      report();
    }
  } finally {
    await chunks.return?.();
  }
}

async function readChunk(chunks: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array, unknown>> {
  try {
    return await chunks.next();
  } catch (cause) {
    // Another connection to the same server would be as slow.
    if (cause instanceof TooSlowError) throw cause;
    throw new BrokenBody(messageOf(cause), { cause });
  }
}

async function firstBytes(response: HttpResponse): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= HEAD_BYTES) break;
    }
  } catch {
    // What has arrived will have to do.
  }
  return Buffer.concat(chunks);
}

/** Removes what an unfinished download left. */
export async function discardPart(file: ModelFile, folder: string): Promise<void> {
  try {
    await unlink(partOf(file, folder));
  } catch (error) {
    // EISDIR, EPERM: a folder has the name, which is nothing of ours.
    if (!hasCode(error, 'ENOENT', 'EISDIR', 'EPERM')) throw error;
  }
}

function isSystemError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'syscall' in error &&
    ['write', 'open', 'ftruncate', 'fsync'].includes(String(error.syscall))
  );
}
