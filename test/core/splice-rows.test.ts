import { describe, expect, it } from 'vitest';
import { imageOfRow, USUAL_CSV } from '../../src/core/csv.js';
import { formatLine, imageOfLine } from '../../src/core/report.js';
import { spliceRows, type RowForm } from '../../src/core/splice-rows.js';
import { generator } from '../convert/caffe/random-weights.js';
import { face, failedRecord, okRecord } from '../records.js';

/** Among them what a table has to quote, or writes in another way. */
const NAMES = [
  ...Array.from({ length: 40 }, (_, index) => `p${index}.jpg`),
  ...[
    '=1+1.jpg',
    '+a.jpg',
    'a,b.jpg',
    '"q".jpg',
    '".jpg',
    'a\nb.jpg',
    'a\r\nb,"c".jpg',
    'ü/日本.jpg',
    ' x.jpg',
  ],
].sort();

interface TableForm extends RowForm {
  readonly rows: (image: string, version: number) => string;
}

/** None to three faces, or none for a fault. */
function recordOf(image: string, version: number) {
  const number = NAMES.indexOf(image) + version;
  if (number % 7 === 0) return failedRecord(image, 'CORRUPT');
  return okRecord(
    image,
    Array.from({ length: number % 4 }, () => face()),
  );
}

const FORMS: Readonly<Record<string, TableForm>> = {
  csv: {
    header: USUAL_CSV.header,
    isQuoted: true,
    imageOf: (row) => imageOfRow(row, 'safe'),
    rows: (image, version) => USUAL_CSV.rows(recordOf(image, version), 'safe'),
  },
  'csv with exact names': {
    header: USUAL_CSV.header,
    isQuoted: true,
    imageOf: (row) => imageOfRow(row, 'exact'),
    rows: (image, version) => USUAL_CSV.rows(recordOf(image, version), 'exact'),
  },
  jsonl: {
    header: '',
    isQuoted: false,
    imageOf: imageOfLine,
    rows: (image, version) => formatLine(recordOf(image, version)),
  },
};

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

async function joined(parts: AsyncIterable<string | Uint8Array>): Promise<string> {
  const all: Buffer[] = [];
  for await (const part of parts) all.push(Buffer.from(part));
  return Buffer.concat(all).toString();
}

const misfit = (): Error => new Error('misfit');

describe.each(Object.entries(FORMS))('spliceRows, %s', (_, form) => {
  const tableOf = (versions: ReadonlyMap<string, number>): string =>
    form.header + NAMES.map((image) => rowsIn(versions, image)).join('');
  const rowsIn = (versions: ReadonlyMap<string, number>, image: string): string => {
    const version = versions.get(image);
    return version === undefined ? '' : form.rows(image, version);
  };

  it('is what all rows together are, whatever is added, changed or taken away', async () => {
    const random = generator(3);
    for (let times = 0; times < 300; times += 1) {
      const before = new Map<string, number>(
        NAMES.flatMap((image) => (random() < 0.6 ? [[image, 0] as const] : [])),
      );
      const after = new Map(before);
      const share = random() ** 3;
      const images = NAMES.filter(() => random() < share);
      for (const image of images) {
        if (random() < 0.3) after.delete(image);
        else after.set(image, Math.floor(random() * 3));
      }
      const table = pieces(tableOf(before), 1 + Math.floor(random() ** 4 * 4000));
      const changed = { images, rowsOf: (image: string) => rowsIn(after, image) };
      expect(await joined(spliceRows(table, form, changed, misfit))).toBe(tableOf(after));
    }
  });

  it('refuses a table that was cut off, or begins in another way', async () => {
    const table = tableOf(new Map(NAMES.map((image) => [image, 1])));
    const changed = { images: ['p1.jpg'], rowsOf: () => '' };
    const cut = spliceRows(pieces(table.slice(0, -1), 500), form, changed, misfit);
    await expect(joined(cut)).rejects.toThrow('misfit');
    if (form.header === '') return;
    const other = spliceRows(pieces(table.replace('image', 'Image'), 500), form, changed, misfit);
    await expect(joined(other)).rejects.toThrow('misfit');
    await expect(joined(spliceRows(pieces('', 500), form, changed, misfit))).rejects.toThrow('misfit');
  });
});

it.each(['a.jpg', 'a,b.jpg', '"', 'a"b\r\n.jpg', '=x.jpg', ''])('imageOfRow reads back %j', (image) => {
  for (const names of ['safe', 'exact'] as const) {
    const row = USUAL_CSV.rows(okRecord(image), names);
    expect(imageOfRow(row, names)).toBe(image);
  }
});
