import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { PathStream } from '../ports.js';
import { messageOf } from '../core/thrown.js';
import { usageError, type FatalError } from '../errors.js';

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
    const paths: string[] = [];
    for await (const path of split(source === '-' ? stdin : createReadStream(source), separator))
      paths.push(path);
    return paths;
  } catch (error) {
    throw unreadableList(error, source);
  }
}

/**
 * The same list from standard input, each path as soon as its separator is there. No more is read than is asked for.
 *
 * @returns `cancel` ends it at once, also while nothing arrives, and lets go of standard input.
 */
export function streamPathList(separator: '\n' | '\0', stdin: Readable = process.stdin): PathStream {
  let cancelled = false;
  const read = async function* (): AsyncGenerator<string> {
    try {
      for await (const path of split(stdin, separator)) {
        if (cancelled) return;
        yield path;
      }
    } catch (error) {
      // Cancelling tears the stream off.
      if (!cancelled) throw unreadableList(error, '-');
    }
  };
  return {
    paths: read(),
    cancel: () => {
      cancelled = true;
      stdin.destroy();
    },
  };
}

function unreadableList(error: unknown, source: string): FatalError {
  return usageError(`a readable list of paths (${messageOf(error)})`, '--files-from', source);
}

/** More bytes than any path has (PATH_MAX is 4096 on Linux): the separator must be the wrong one. */
const LONGEST_ENTRY = 65_536;

/** Decodes each entry by itself: substrings of one long text would keep the whole text in memory. */
async function* split(chunks: AsyncIterable<Buffer>, character: '\n' | '\0'): AsyncGenerator<string> {
  const separator = character.charCodeAt(0);
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (separator !== 0 && chunk.includes(0)) throw new Error('it has NUL bytes: add -0');
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end; (end = bytes.indexOf(separator, start)) !== -1; start = end + 1) {
      if (end > start) yield bytes.toString('utf8', start, end);
    }
    rest = bytes.subarray(start);
    if (rest.length > LONGEST_ENTRY) throw new Error('an entry is longer than any path: check -0');
  }
  if (rest.length > 0) yield rest.toString('utf8');
}
