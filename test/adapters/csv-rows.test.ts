import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readCsvRows } from '../../src/adapters/csv-rows.js';
import { temporaryFolder } from '../e2e/cli.js';

async function rowsOf(text: string | Buffer): Promise<[number, ...string[]][]> {
  const rows: [number, ...string[]][] = [];
  const stdin = Readable.from([Buffer.from(text)]);
  for await (const { line, cells } of readCsvRows('-', '--labels', stdin)) rows.push([line, ...cells]);
  return rows;
}

describe('readCsvRows', () => {
  it.each<[string, string | Buffer]>([
    ['line feeds', 'image,gender\na.jpg,M\n'],
    ['CRLF and no last one', 'image,gender\r\na.jpg,M'],
    ['carriage returns', 'image,gender\ra.jpg,M\r'],
    ['a byte order mark', '\ufeffimage,gender\na.jpg,M\n'],
    ['UTF-16 of a spreadsheet', Buffer.from('\ufeffimage,gender\r\na.jpg,M\r\n', 'utf16le')],
    ['quotes', '"image","gender"\n"a.jpg","M"\n'],
  ])('reads %s', async (_, text) => {
    expect(await rowsOf(text)).toEqual([
      [1, 'image', 'gender'],
      [2, 'a.jpg', 'M'],
    ]);
  });

  it('reads quoted commas, quotes and line ends, and counts lines', async () => {
    expect(await rowsOf('image,by\n\n"a, ""b"".jpg",x\n"c\nd.jpg",y\ne"f.jpg,z,\n')).toEqual([
      [1, 'image', 'by'],
      [3, 'a, "b".jpg', 'x'],
      [5, 'c\nd.jpg', 'y'],
      [6, 'e"f.jpg', 'z', ''],
    ]);
  });

  it('reads nothing from nothing', async () => {
    expect(await rowsOf('')).toEqual([]);
  });

  it('refuses a quote that is never closed, and says where to look', async () => {
    const expected = /whose quotes are closed \(look behind line 2\) for --labels, received "-"$/;
    await expect(rowsOf('image,gender\na.jpg,M\n"b.jpg,F\nc.jpg,M\n')).rejects.toThrow(expected);
    // Without an end in sight either.
    await expect(rowsOf('image,gender\na.jpg,M\n"' + 'x'.repeat(100_000))).rejects.toThrow(expected);
  });

  it('reads a file, and says why it cannot', async () => {
    const file = path.join(temporaryFolder(), 'labels.csv');
    const read = async (source: string) => {
      let count = 0;
      for await (const { cells } of readCsvRows(source, '--labels')) count += cells.length;
      return count;
    };
    writeFileSync(file, 'image\na.jpg\n');
    expect(await read(file)).toBe(2);
    await expect(read(`${file}.gone`)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('a readable table (ENOENT') as string,
    });
    await expect(read(path.dirname(file))).rejects.toThrow('EISDIR');
  });
});
