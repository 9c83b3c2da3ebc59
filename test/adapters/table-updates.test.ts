import {
  appendFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolderLock } from '../../src/adapters/folder-lock.js';
import { createOutputFolders } from '../../src/adapters/output-folder.js';
import type { RecordForm } from '../../src/config.js';
import type { TableOptions } from '../../src/batch/tables.js';
import { writeOutputs } from '../../src/batch/write-tables.js';
import { recordPath } from '../../src/core/output-paths.js';
import { formatRecord, type PictureRecord } from '../../src/core/report.js';
import type { Ledger } from '../../src/ports.js';
import { generator } from '../convert/caffe/random-weights.js';
import { expressive, face, failedRecord, okRecord } from '../records.js';

/** A tree notes what its tables show however few records there are. */
const outputFolders = createOutputFolders(createFolderLock(), 0);

let home: string;
let output: string;
let form: RecordForm;

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
    { records: form },
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
  const read = await run(() => Promise.resolve(), options, folder);
  expect(read.length).toBeGreaterThanOrEqual(2 * recordsIn(output));
  return TABLES.map((name) => textOf(name, folder));
}

function recordsIn(folder: string): number {
  if (form === 'jsonl') return textOf('records.jsonl', folder).split(/\n(?=\{)/).length;
  return readdirSync(path.join(folder, 'json'), { recursive: true }).filter((name) =>
    String(name).endsWith('.json'),
  ).length;
}

const nameOf = (index: number): string =>
  `${index % 5}/${String(index).padStart(3, '0')}${index % 9 === 0 ? '"\n,' : ''}.jpg`;

const recordFile = (image: string): string => path.join(output, recordPath(image));

async function fill(ledger: Ledger, count = 100): Promise<void> {
  for (let index = 0; index < count; index += 1) await ledger.write(okRecord(nameOf(index)), 1000);
}

describe.each(['jsonl', 'tree'] as const)('tables of records, %s,', (each) => {
  beforeEach(() => {
    form = each;
  });

  it('are brought up to date by what has changed alone, and are those of all records', async () => {
    expect(await run(fill)).toHaveLength(200);
    const read = await run(async (ledger) => {
      await ledger.write(okRecord('0/050x.jpg'), 1);
      await ledger.write(failedRecord(nameOf(9), 'CORRUPT'), 1);
      ledger.remove(nameOf(20));
      ledger.restamp(nameOf(30), 7);
    });
    expect(new Set(read)).toEqual(new Set(['0/050x.jpg', nameOf(9), nameOf(30)]));
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
      // In a tree it tells of these very files.
      const noted = form === 'jsonl' && textOf('tables.json', path.join(home, 'rebuilt'));
      if (noted !== false) expect(textOf('tables.json')).toBe(noted);
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
        if (form === 'tree') rmSync(recordFile(nameOf(1)));
        else {
          const lines = textOf('records.jsonl').split(/(?<=\n)/);
          writeFileSync(path.join(output, 'records.jsonl'), lines.slice(1).join(''));
        }
      },
    ],
  ])('are made of all records when %s', async (_, change) => {
    await run(fill);
    change();
    const read = await run((ledger) => ledger.write(okRecord('new.jpg'), 1));
    expect(read.length).toBeGreaterThan(95);
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
    const file = form === 'tree' ? recordFile(nameOf(0)) : path.join(output, 'records.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"status": ?"ok"/, '"status":"OK"'));
    for (let times = 0; times < 2; times += 1) {
      await outputFolders.hold(output, async ({ ledger }) => {
        expect((await writeOutputs(ledger, BOTH, NOTHING)).leftOut.damaged).toEqual(new Set([nameOf(0)]));
      });
    }
  });
});

/** What somebody else may do to the files of a tree. */
const BY_HAND: Readonly<Record<string, (image: string) => void>> = {
  'edits a record, keeping its size and time': (image) => {
    const file = recordFile(image);
    const { atimeMs, mtimeMs, size } = statSync(file);
    writeFileSync(file, readFileSync(file, 'utf8').replace('640', '641'));
    utimesSync(file, atimeMs / 1000, mtimeMs / 1000);
    expect(statSync(file)).toMatchObject({ mtimeMs, size });
  },
  'replaces a record, keeping its size and time': (image) => {
    const [file, other] = [recordFile(image), path.join(output, 'other')];
    const { atimeMs, mtimeMs } = statSync(file);
    writeFileSync(other, readFileSync(file, 'utf8').replace('640', '641'));
    utimesSync(other, atimeMs / 1000, mtimeMs / 1000);
    renameSync(other, file);
  },
  'removes a record': (image) => {
    rmSync(recordFile(image));
  },
  'adds a record': (image) => {
    mkdirSync(path.join(output, 'json/9'), { recursive: true });
    const added = `9/${path.basename(image)}`;
    writeFileSync(recordFile(added), formatRecord(okRecord(added)));
  },
  'puts another record in the place of one': (image) => {
    rmSync(recordFile(image));
    writeFileSync(recordFile(image), formatRecord(failedRecord(image, 'CORRUPT')));
  },
  'moves a record there and back': (image) => {
    renameSync(recordFile(image), path.join(output, 'away'));
    renameSync(path.join(output, 'away'), recordFile(image));
  },
  'damages a record': (image) => {
    writeFileSync(recordFile(image), '{"schema');
  },
  'puts a link in the place of a record': (image) => {
    renameSync(recordFile(image), path.join(output, `link-${path.basename(image)}`));
    symlinkSync(path.join(output, `link-${path.basename(image)}`), recordFile(image));
  },
  'puts a hard link in the place of a record': (image) => {
    const other = recordFile(nameOf(7));
    if (!existsSync(other) || image === nameOf(7)) return;
    rmSync(recordFile(image));
    linkSync(other, recordFile(image));
  },
  'moves a folder away': (image) => {
    renameSync(path.dirname(recordFile(image)), path.join(home, 'away'));
  },
};

describe('tables of a tree that somebody else changes', () => {
  beforeEach(async () => {
    form = 'tree';
    await run(fill);
  });

  it.each(Object.entries(BY_HAND))('are made of all records when somebody %s', async (_, change) => {
    expect(await run(() => Promise.resolve())).toEqual([]);
    change(nameOf(31));
    const read = await run((ledger) => ledger.write(okRecord('new.jpg'), 1));
    expect(read.length).toBeGreaterThan(50);
    expect(TABLES.map((name) => textOf(name))).toEqual(await rebuilt());
  });

  it('are those of all records after any sequence of runs, kills and changes by hand', async () => {
    const random = generator(9);
    const changes = Object.entries(BY_HAND).filter(([name]) => !name.includes('folder'));
    let spliced = 0;
    for (let times = 0; times < 40; times += 1) {
      const picked = (): string => nameOf(Math.floor(random() * 110));
      if (random() < 0.5) {
        const [, change] = changes[Math.floor(random() * changes.length)]!;
        const image = picked();
        if (existsSync(recordFile(image)) && !image.includes('"')) change(image);
      }
      const work = async (ledger: Ledger): Promise<void> => {
        for (let index = 0; index < 5 * random(); index += 1) {
          const image = picked();
          try {
            if (random() < 0.3) ledger.remove(image);
            else await ledger.write(okRecord(image, random() < 0.5 ? [] : [face()]), 1000);
          } catch (error) {
            // A link is in the place of the record.
            expect(error).toMatchObject({ code: 'WRITE_FAILED' });
          }
        }
      };
      if (random() < 0.3) {
        const killed = outputFolders.hold(output, async ({ ledger }) => {
          await work(ledger);
          if (random() < 0.5) await writeOutputs(ledger, BOTH, NOTHING);
          throw new Error('killed');
        });
        await expect(killed).rejects.toThrow('killed');
      }
      const read = await run(work);
      expect(TABLES.map((name) => textOf(name))).toEqual(await rebuilt());
      if (read.length < 30) spliced += 1;
      if (times % 8 === 7) {
        rmSync(output, { recursive: true });
        await run(fill);
      }
    }
    expect(spliced).toBeGreaterThan(5);
  });

  it('are made of all records when a record of the run is taken away while it goes on', async () => {
    const done = { images: [nameOf(1), 'new.jpg'], notDone: 0, unwritten: new Map() };
    const lost = outputFolders.hold(output, async ({ ledger }) => {
      await ledger.write(okRecord('new.jpg'), 1);
      rmSync(recordFile('new.jpg'));
      await writeOutputs(ledger, BOTH, done);
    });
    await expect(lost).rejects.toMatchObject({ code: 'OUTPUT_UNUSABLE' });
  });

  it('are brought up to date round by round', async () => {
    await outputFolders.hold(output, async ({ ledger }) => {
      for (const name of ['x.jpg', 'y.jpg', 'z.jpg']) {
        await ledger.write(okRecord(name), 1);
        await writeOutputs(ledger, BOTH, NOTHING);
        await ledger.compact();
        expect(textOf('faces.csv')).toContain(`\n${name},`);
      }
    });
    expect(await run(() => Promise.resolve())).toEqual([]);
    expect(TABLES.map((name) => textOf(name))).toEqual(await rebuilt());
  });

  it('leave no note where there are few records', async () => {
    expect(existsSync(path.join(output, 'tables.json'))).toBe(true);
    const ordinary = createOutputFolders(createFolderLock());
    await ordinary.hold(output, async ({ ledger }) => {
      await ledger.write(okRecord('new.jpg'), 1);
      await writeOutputs(ledger, BOTH, NOTHING);
    });
    expect(existsSync(path.join(output, 'tables.json'))).toBe(false);
    expect(TABLES.map((name) => textOf(name))).toEqual(await rebuilt());
  });
});
