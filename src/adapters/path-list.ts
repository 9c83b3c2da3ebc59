import { createReadStream, existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { PathStream } from '../ports.js';
import { messageOf } from '../core/thrown.js';
import { usageError, type FatalError } from '../errors.js';

/**
 * Reads a list of paths (`--files-from`), one per line, or NUL-separated with `-0`. Empty entries are skipped; every
 * other byte counts, spaces included, but for a byte order mark and the CR of line ends from Windows. A million paths fit:
 * they are read as a stream, one string each.
 * @param source a file, or `-` for standard input.
 * @param note hears once that a list comes from Windows.
 * @throws {FatalError} USAGE when the list cannot be read.
 */
export async function readPathList(
  source: string,
  separator: '\n' | '\0',
  note: (message: string) => void,
  stdin: AsyncIterable<Buffer> = process.stdin,
): Promise<string[]> {
  try {
    const paths: string[] = [];
    for await (const path of split(source === '-' ? stdin : createReadStream(source), separator, note))
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
export function streamPathList(
  separator: '\n' | '\0',
  note: (message: string) => void,
  stdin: Readable = process.stdin,
): PathStream {
  let cancelled = false;
  const read = async function* (): AsyncGenerator<string> {
    try {
      for await (const path of split(stdin, separator, note)) {
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
async function* split(
  chunks: AsyncIterable<Buffer>,
  character: '\n' | '\0',
  note: (message: string) => void,
): AsyncGenerator<string> {
  const separator = character.charCodeAt(0);
  const meant = character === '\n' ? asMeant(note) : (entry: string): string => entry;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (separator !== 0 && chunk.includes(0)) {
      throw new Error(isUtf16(chunk) ? 'it is UTF-16 text: save it as UTF-8' : 'it has NUL bytes: add -0');
    }
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end; (end = bytes.indexOf(separator, start)) !== -1; start = end + 1) {
      const path = meant(bytes.toString('utf8', start, end));
      if (path !== '') yield path;
    }
    rest = bytes.subarray(start);
    if (rest.length > LONGEST_ENTRY) throw new Error('an entry is longer than any path: check -0');
  }
  const last = meant(rest.toString('utf8'));
  if (last !== '') yield last;
}

/** As PowerShell writes a list unless it is asked for UTF-8. */
const isUtf16 = (chunk: Buffer): boolean => /^(?:fffe|feff)/.test(chunk.toString('hex', 0, 2));

const BYTE_ORDER_MARK = '\uFEFF';

/** Takes the lines of a list for what Windows means by them, except where a file is there that has that very name. */
function asMeant(note: (message: string) => void): (line: string) => string {
  let [isFirst, isNoted] = [true, false];
  return (line) => {
    const marked = isFirst && line.startsWith(BYTE_ORDER_MARK);
    isFirst = false;
    if (!marked && !line.endsWith('\r')) return line;
    const unmarked = marked ? line.slice(1) : line;
    const known = [line, unmarked].find((each) => existsSync(each));
    if (known === line) return line;
    if (!isNoted)
      note(
        'The list of paths comes from Windows: its byte order mark and CRLF line ends are no part of the names',
      );
    isNoted = true;
    return known ?? unmarked.replace(/\r$/, '');
  };
}
