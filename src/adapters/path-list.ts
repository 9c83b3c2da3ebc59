import { createReadStream } from 'node:fs';
import { messageOf } from '../core/thrown.js';
import { usageError } from '../errors.js';

/**
 * Reads a list of paths (`--files-from`), one per line, or NUL-separated with `-0`. Empty entries are skipped; every
 * other byte counts, spaces included. A million paths fit: they are read as a stream, one string each.
 * @param source a file, or `-` for standard input.
 * @throws {FatalError} USAGE when the list cannot be read.
 */
export async function readPathList(
  source: string,
  separator: '\n' | '\0',
  stdin: AsyncIterable<Buffer> = process.stdin,
): Promise<string[]> {
  try {
    return await split(source === '-' ? stdin : createReadStream(source), separator.charCodeAt(0));
  } catch (error) {
    const reason = messageOf(error);
    throw usageError(`a readable list of paths (${reason})`, '--files-from', source);
  }
}

/** More bytes than any path has (PATH_MAX is 4096 on Linux): the separator must be the wrong one. */
const LONGEST_ENTRY = 65_536;

/** Decodes each entry by itself: substrings of one long text would keep the whole text in memory. */
async function split(chunks: AsyncIterable<Buffer>, separator: number): Promise<string[]> {
  const paths: string[] = [];
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end; (end = bytes.indexOf(separator, start)) !== -1; start = end + 1) {
      if (end > start) paths.push(bytes.toString('utf8', start, end));
    }
    rest = bytes.subarray(start);
    if (separator !== 0 && chunk.includes(0)) throw new Error('it has NUL bytes: add -0');
    if (rest.length > LONGEST_ENTRY) throw new Error('an entry is longer than any path: check -0');
  }
  if (rest.length > 0) paths.push(rest.toString('utf8'));
  return paths;
}
