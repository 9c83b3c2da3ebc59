import { describe, expect, it } from 'vitest';
import { writeOutputs } from '../../src/batch/write-tables.js';
import type { PictureRecord } from '../../src/core/report.js';
import type { Ledger } from '../../src/ports.js';
import { expressive, failedRecord, okRecord } from '../records.js';

const many = Array.from({ length: 1000 }, (_, index) => `${String(index).padStart(4, '0')}.jpg`);

function tables(images: readonly string[], recordOf: (image: string) => PictureRecord = okRecord) {
  const published: Record<string, string> = {};
  const ledger = {
    images: () => Promise.resolve([...images]),
    read: (image: string) => ({ record: recordOf(image), mtimeMs: 0 }),
    has: () => false,
    assertInPlace: () => undefined,
    illegible: () => Promise.resolve(0),
    survey: () => Promise.resolve(),
    changedSince: () => Promise.resolve(undefined),
    vouch: () => undefined,
    async publish(name: string, chunks: AsyncIterable<string | Uint8Array>) {
      let text = '';
      for await (const chunk of chunks) text += chunk.toString();
      published[name] = text;
    },
  } satisfies Partial<Ledger>;
  return { ledger: ledger as unknown as Ledger, published };
}

const all = (): boolean => true;
const CSV = { formats: ['csv'], names: 'safe' } as const;
const BOTH = { formats: ['csv', 'jsonl'], names: 'safe' } as const;

/** A run over nothing: the tables are those of the records that are there. */
const nothingDone = { images: [], notDone: 0, unwritten: new Map() };

describe('writeOutputs', () => {
  it('lets others have their turn, also where no record is shown', async () => {
    const { ledger } = tables(many);
    for (const shows of [all, () => false]) {
      let turns = 0;
      let over = false;
      const count = (): void => {
        turns += 1;
        if (!over) setImmediate(count);
      };
      setImmediate(count);
      await writeOutputs(ledger, { ...CSV, where: { text: 'x', shows } }, nothingDone);
      over = true;
      expect(turns).toBeGreaterThan(10);
    }
  });

  it('gives a row to a picture whose record could not be written, in its place', async () => {
    const { ledger, published } = tables(['a.jpg', 'c.jpg']);
    const unwritten = new Map(['b.jpg', 'c.jpg'].map((name) => [name, failedRecord(name, 'WRITE_FAILED')]));
    const run = { images: ['a.jpg', 'b.jpg', 'c.jpg'], notDone: 0, unwritten };
    await writeOutputs(ledger, BOTH, run);
    const rows = published['faces.csv']?.split('\r\n').slice(1, -1);
    expect(rows?.map((row) => row.split(',')[0])).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
    expect(rows?.[1]).toContain('WRITE_FAILED');
    expect(rows?.[2]).toContain('WRITE_FAILED');
    expect(published['faces.jsonl']?.match(/"code":"WRITE_FAILED"/g)).toHaveLength(2);
  });

  it('has columns for expressions where a shown record has one, wherever it comes, and else the usual ones', async () => {
    const mixed = (image: string): PictureRecord =>
      image === 'b.jpg' ? okRecord(image, [expressive()]) : okRecord(image);
    const { ledger, published } = tables(['a.jpg', 'b.jpg', 'c.jpg'], mixed);
    await writeOutputs(ledger, BOTH, nothingDone);
    const rows = published['faces.csv']?.split('\r\n').slice(0, -1) ?? [];
    expect(rows[0]).toContain(',quality,expression,expressionConfidence,error');
    expect(rows.map((row) => row.split(',').length)).toEqual([19, 19, 19, 19]);
    expect(rows[2]).toContain(',happy,0.75,');
    expect(published['faces.jsonl']?.match(/"expression":"happy"/g)).toHaveLength(1);
    const where = { text: 'x', shows: ({ image }: PictureRecord) => image !== 'b.jpg' };
    await writeOutputs(ledger, { ...CSV, where }, nothingDone);
    expect(published['faces.csv']).not.toContain('expression');
  });

  it('tells a fault of the disk as it is, without a second attempt', async () => {
    const { ledger } = tables(['a.jpg'], (image) => okRecord(image, [expressive()]));
    let attempts = 0;
    const full = {
      ...ledger,
      publish: () => {
        attempts += 1;
        return Promise.reject(new Error('the disk is full'));
      },
    };
    await expect(writeOutputs(full, CSV, nothingDone)).rejects.toThrow('the disk is full');
    expect(attempts).toBe(1);
  });

  it('ends the run when records of it are not there any more', async () => {
    const { ledger, published } = tables(['a.jpg']);
    const run = { images: ['a.jpg', 'b.jpg', 'c.jpg'], notDone: 1, unwritten: new Map() };
    await expect(writeOutputs(ledger, { ...CSV, formats: [] }, run)).rejects.toMatchObject({
      code: 'OUTPUT_UNUSABLE',
    });
    expect(published).toEqual({});
    await writeOutputs(ledger, CSV, { ...run, notDone: 2 });
  });
});
