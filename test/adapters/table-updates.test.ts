import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outputFolders } from '../../src/adapters/output-folder.js';
import type { TableOptions } from '../../src/batch/tables.js';
import { writeOutputs } from '../../src/batch/write-tables.js';
import type { PictureRecord } from '../../src/core/report.js';
import type { Ledger } from '../../src/ports.js';
import { generator } from '../convert/caffe/random-weights.js';
import { expressive, face, failedRecord, okRecord } from '../records.js';

let home: string;
let output: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'facetag-tables-'));
  output = path.join(home, 'out');
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const NOTHING = { images: [], notDone: 0, unwritten: new Map() };
const BOTH: TableOptions = { formats: ['csv', 'jsonl'], names: 'safe' };

/** A run: changes, then tables. @returns which records were read for them. */
async function run(
  change: (ledger: Ledger) => Promise<void>,
  options: TableOptions = BOTH,
  folder = output,
): Promise<string[]> {
  const read: string[] = [];
  await outputFolders.hold(
    folder,
    async ({ ledger }) => {
      await change(ledger);
      const tapped = new Proxy(ledger, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          const method = value.bind(target) as (...args: unknown[]) => unknown;
          if (name !== 'read') return method;
          return (image: string) => {
            read.push(image);
            return method(image);
          };
        },
      });
      await writeOutputs(tapped, options, NOTHING);
    },
    { records: 'jsonl' },
  );
  return read;
}

const textOf = (name: string, folder = output): string => readFileSync(path.join(folder, name), 'utf8');
const TABLES = ['faces.csv', 'faces.jsonl'];

/** The tables as they are made of all records. */
async function rebuilt(options: TableOptions = BOTH): Promise<string[]> {
  const folder = path.join(home, 'rebuilt');
  rmSync(folder, { recursive: true, force: true });
  cpSync(output, folder, { recursive: true });
  for (const name of [...TABLES, 'tables.json']) rmSync(path.join(folder, name), { force: true });
  const images = new Set(textOf('records.jsonl').split('\n').slice(0, -1)).size;
  const read = await run(() => Promise.resolve(), options, folder);
  expect(read.length).toBeGreaterThanOrEqual(2 * images);
  return TABLES.map((name) => textOf(name, folder));
}

const nameOf = (index: number): string =>
  `${String(index).padStart(3, '0')}${index % 9 === 0 ? '"\n,' : ''}.jpg`;

async function fill(ledger: Ledger, count = 100): Promise<void> {
  for (let index = 0; index < count; index += 1) await ledger.write(okRecord(nameOf(index)), 1000);
}

describe('tables of records in one file', () => {
  it('are brought up to date by what has changed alone, and are those of all records', async () => {
    expect(await run(fill)).toHaveLength(200);
    const read = await run(async (ledger) => {
      await ledger.write(okRecord('050x.jpg'), 1);
      await ledger.write(failedRecord(nameOf(9), 'CORRUPT'), 1);
      ledger.remove(nameOf(20));
      ledger.restamp(nameOf(30), 7);
    });
    expect(new Set(read)).toEqual(new Set(['050x.jpg', nameOf(9), nameOf(30)]));
    expect(TABLES.map((name) => textOf(name))).toEqual(await rebuilt());
    expect(await run(() => Promise.resolve())).toEqual([]);
  });

  it('are those of all records after any sequence of additions, changes, removals and kills', async () => {
    const random = generator(5);
    let spliced = 0;
    await run(fill);
    for (let times = 0; times < 40; times += 1) {
      const isKilled = random() < 0.25;
      const change = async (ledger: Ledger): Promise<void> => {
        for (let index = 0; index < 6 * random(); index += 1) {
          const image = nameOf(Math.floor(random() * 130));
          const faces = Array.from({ length: Math.floor(random() * 3) }, () => face());
          const kind = random();
          if (kind < 0.3) ledger.remove(image);
          else if (kind < 0.5) ledger.restamp(image, Math.floor(random() * 1e6));
          else await ledger.write(okRecord(image, faces), Math.floor(random() * 1e6));
        }
      };
      if (isKilled) {
        // What a killed run leaves: the tables of that moment, and the journal in the place of a new file.
        const killed = outputFolders.hold(output, async ({ ledger }) => {
          await change(ledger);
          if (random() < 0.5) await writeOutputs(ledger, BOTH, NOTHING);
          throw new Error('killed');
        });
        await expect(killed).rejects.toThrow('killed');
      }
      const read = await run(isKilled && random() < 0.5 ? () => Promise.resolve() : change);
      const expected = await rebuilt();
      expect(TABLES.map((name) => textOf(name))).toEqual(expected);
      expect(textOf('tables.json')).toBe(textOf('tables.json', path.join(home, 'rebuilt')));
      if (read.length < 50) spliced += 1;
    }
    expect(spliced).toBeGreaterThan(15);
  });

  it.each<[string, () => void]>([
    [
      'the table was changed',
      () => {
        appendFileSync(path.join(output, 'faces.csv'), 'x\r\n');
      },
    ],
    [
      'a byte of the table was changed',
      () => {
        const text = textOf('faces.csv');
        writeFileSync(path.join(output, 'faces.csv'), text.replace('640', '641'));
      },
    ],
    [
      'the table is gone',
      () => {
        rmSync(path.join(output, 'faces.csv'));
      },
    ],
    [
      'what is noted of the tables is gone',
      () => {
        rmSync(path.join(output, 'tables.json'));
      },
    ],
    [
      'it is damaged',
      () => {
        writeFileSync(path.join(output, 'tables.json'), '{"schemaVersion":1,"tables":{}');
      },
    ],
    [
      'the records were changed',
      () => {
        writeFileSync(
          path.join(output, 'records.jsonl'),
          textOf('records.jsonl')
            .split(/(?<=\n)/)
            .slice(1)
            .join(''),
        );
      },
    ],
  ])('are made of all records when %s', async (_, change) => {
    await run(fill);
    change();
    const images = textOf('records.jsonl').split(/\n(?=\{)/).length;
    const read = await run((ledger) => ledger.write(okRecord('new.jpg'), 1));
    expect(read.length).toBeGreaterThan(images);
    expect(TABLES.map((name) => textOf(name))).toEqual(await rebuilt());
    expect((await run(() => Promise.resolve())).length).toBe(0);
  });

  it('are made of all records when one is put back that was away while records changed', async () => {
    await run(fill);
    const [kept, away] = ['faces.jsonl', 'away'].map((name) => path.join(output, name)) as [string, string];
    renameSync(kept, away);
    await run((ledger) => ledger.write(okRecord('new.jpg'), 1), { ...BOTH, formats: ['csv'] });
    renameSync(away, kept);
    await run(() => Promise.resolve());
    expect(textOf('faces.jsonl')).toContain('new.jpg');
    expect(TABLES.map((name) => textOf(name))).toEqual(await rebuilt());
  });

  it('are made of all records when they are to be made in another way', async () => {
    await run(fill);
    const where = { text: 'faces == 0', shows: ({ faces }: PictureRecord) => faces.length === 0 };
    for (const options of [{ ...BOTH, where }, { ...BOTH, names: 'exact' as const }, BOTH]) {
      const add = (ledger: Ledger): Promise<void> => ledger.write(okRecord('new.jpg', []), 1);
      expect((await run(add, options)).length).toBeGreaterThan(190);
      expect(TABLES.map((name) => textOf(name))).toEqual(await rebuilt(options));
      expect((await run(() => Promise.resolve(), options)).length).toBe(0);
    }
  });

  it('get wider columns for a record that needs them, and lose them with it', async () => {
    await run(fill);
    await run((ledger) => ledger.write(okRecord('new.jpg', [expressive()]), 1));
    expect(textOf('faces.csv')).toContain('expressionConfidence');
    expect(TABLES.map((name) => textOf(name))).toEqual(await rebuilt());
    await run((ledger) => ledger.write(okRecord('other.jpg'), 1));
    expect(TABLES.map((name) => textOf(name))).toEqual(await rebuilt());
    await run((ledger) => {
      ledger.remove('new.jpg');
      return Promise.resolve();
    });
    expect(textOf('faces.csv')).not.toContain('expressionConfidence');
    expect(TABLES.map((name) => textOf(name))).toEqual(await rebuilt());
  });

  it('tell of a damaged record at every run', async () => {
    await run(fill);
    const text = textOf('records.jsonl').replace('"status":"ok"', '"status":"OK"');
    writeFileSync(path.join(output, 'records.jsonl'), text);
    for (let times = 0; times < 2; times += 1) {
      await outputFolders.hold(output, async ({ ledger }) => {
        expect((await writeOutputs(ledger, BOTH, NOTHING)).damaged).toEqual(new Set([nameOf(0)]));
      });
    }
  });
});
