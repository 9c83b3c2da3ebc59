import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { codeOf, hasCode } from '../core/thrown.js';
import { HEAD_BYTES, describeWrongFile } from './wrong-file.js';
import type { ModelFile } from './spec.js';

/** What the bytes of a file are, against what they should be. */
export type FileCheck =
  | { readonly state: 'missing' }
  | { readonly state: 'ok'; readonly stats: Stats }
  /** `reason` finishes "it is …". */
  | { readonly state: 'wrong'; readonly reason: string };

/** To read without waiting for the other end, should it be a FIFO. */
export const READ_AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK;

/** Reads a whole file and compares its size and sha256. 100 MB take about 0.1 s. */
export async function inspectFile(
  file: string,
  wanted: Pick<ModelFile, 'bytes' | 'sha256'>,
  signal?: AbortSignal,
): Promise<FileCheck> {
  const before = await statOrNothing(file);
  if (!before) return { state: 'missing' };
  if (!before.isFile()) return { state: 'wrong', reason: 'not a regular file' };
  let content: { head: Buffer; sha256: string };
  try {
    content = await digest(file, signal);
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EPERM', 'EIO'))
      return { state: 'wrong', reason: `not readable (${codeOf(error) ?? ''})` };
    throw error;
  }
  const { head, sha256 } = content;
  if (before.size === wanted.bytes && sha256 === wanted.sha256) return { state: 'ok', stats: before };
  return { state: 'wrong', reason: describeWrongFile({ head, bytes: before.size, sha256 }, wanted) };
}

/** `undefined` when there is nothing at this path. */
export async function statOrNothing(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

async function digest(file: string, signal?: AbortSignal): Promise<{ head: Buffer; sha256: string }> {
  const handle = await open(file, READ_AT_ONCE);
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(1 << 20);
    let head: Buffer = Buffer.alloc(0);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return { head, sha256: hash.digest('hex') };
      const chunk = buffer.subarray(0, bytesRead);
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
      hash.update(chunk);
    }
  } finally {
    await handle.close();
  }
}
