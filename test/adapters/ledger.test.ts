import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openLedger } from '../../src/adapters/ledger.js';
import { recordIn, recordLine } from '../../src/adapters/records-file/line.js';
import { Overlay } from '../../src/adapters/records-file/overlay.js';
import { RecordsFile } from '../../src/adapters/records-file/records-file.js';
import { SortedLines } from '../../src/adapters/records-file/sorted-lines.js';
import { recordPath } from '../../src/core/output-paths.js';
import { MAX_RECORD_BYTES } from '../../src/core/parse-record.js';
import { formatRecord } from '../../src/core/report.js';
import type { Ledger } from '../../src/ports.js';
import { failedRecord, okRecord } from '../records.js';
import { treeAt } from './temporary-tree.js';

let output: string;

beforeEach(() => {
  output = mkdtempSync(path.join(tmpdir(), 'facetag-ledger-'));
});

afterEach(() => {
  rmSync(output, { recursive: true, force: true });
});

const sortedFile = (): string => path.join(output, 'records.jsonl');
const journal = (): string => path.join(output, 'records.journal');

/** The records of the output folder in one file, closed after the test. */
function openFile(): { ledger: Ledger; records: RecordsFile } {
  const tree = treeAt(output);
  const records = new RecordsFile(tree);
  onTestFinished(() => {
    records.close();
  });
  return { ledger: openLedger(tree, records), records };
}

/** Replaces the text of a picture's record. */
type Damage = (image: string, text: string) => void;

const damageTree: Damage = (image, text) => {
  writeFileSync(path.join(output, recordPath(image)), text);
};

/** Puts a line to the end: of a picture the last one counts. */
const damageFile: Damage = (image, text) => {
  const start = `{"schemaVersion":2,"image":${JSON.stringify(image)}`;
  appendFileSync(sortedFile(), `${start}${text}\n`);
};

interface Form {
  readonly name: string;
  readonly open: () => Ledger;
  /** What the next run finds. */
  readonly reopen: () => Promise<Ledger>;
  readonly damage: Damage;
}

const FORMS: readonly Form[] = [
  {
    name: 'tree',
    open: () => openLedger(treeAt(output)),
    reopen: () => Promise.resolve(openLedger(treeAt(output))),
    damage: damageTree,
  },
  {
    name: 'jsonl',
    open: () => openFile().ledger,
    reopen: async () => {
      const { records } = openFile();
      await records.recover();
      await records.settle();
      records.close();
      return openFile().ledger;
    },
    damage: damageFile,
  },
];

describe.each(FORMS)('the ledger as $name', ({ open, reopen, damage }) => {
  it('gives back what was written, with the mtime of its source', async () => {
    const record = okRecord('2024/a.jpg');
    for (const ledger of [open(), await reopen()]) {
      await ledger.write(record, 1_700_000_000_123);
      expect(ledger.read('2024/a.jpg')).toEqual({ record, mtimeMs: 1_700_000_000_123 });
      ledger.restamp('2024/a.jpg', 1_600_000_000_456);
      expect(ledger.read('2024/a.jpg')).toEqual({ record, mtimeMs: 1_600_000_000_456 });
      expect((await reopen()).read('2024/a.jpg')).toEqual({ record, mtimeMs: 1_600_000_000_456 });
    }
  });

  it('keeps the last of several records, and none that was removed', async () => {
    const ledger = open();
    const names = ['c.jpg', 'a.jpg', 'b/b.jpg', 'd.jpg'];
    for (const image of names) await ledger.write(okRecord(image), 1000);
    const failed = failedRecord('b/b.jpg', 'CORRUPT');
    await ledger.write(failed, 2000);
    ledger.remove('c.jpg');
    ledger.remove('a.jpg');
    ledger.remove('never.jpg');
    await ledger.write(okRecord('a.jpg'), 3000);
    for (const each of [ledger, await reopen()]) {
      expect(await each.images()).toEqual(['a.jpg', 'b/b.jpg', 'd.jpg']);
      expect(each.read('a.jpg')?.mtimeMs).toBe(3000);
      expect(each.read('b/b.jpg')).toEqual({ record: failed, mtimeMs: 2000 });
      expect(each.read('c.jpg')).toBeUndefined();
      expect(each.read('d.jpg')?.mtimeMs).toBe(1000);
      expect(each.read('e.jpg')).toBeUndefined();
    }
  });

  it('has any name that a picture can have', async () => {
    const names = [
      '"q".jpg',
      'back\\slash.jpg',
      'line\nbreak.jpg',
      'ü/日本.jpg',
      '\u{1F600}.jpg',
      '\uFF5E.jpg',
      '{}.jpg',
    ];
    const ledger = open();
    for (const image of names) await ledger.write(okRecord(image), 1);
    const sorted = [...names].sort();
    for (const each of [ledger, await reopen()]) {
      expect(await each.images()).toEqual(sorted);
      for (const image of names) expect(each.read(image)?.record).toEqual(okRecord(image));
    }
  });

  it.each(['', '{', '{"schemaVersion":1}', JSON.stringify(okRecord('other.jpg'))])(
    'has no record where the text is %j, but knows of the picture',
    async (text) => {
      await open().write(okRecord('a.jpg'), undefined);
      await reopen();
      damage('a.jpg', text);
      const ledger = open();
      expect(ledger.read('a.jpg')).toBeUndefined();
      expect(ledger.hasOtherVersion('a.jpg')).toBe(false);
      await ledger.write(okRecord('a.jpg'), 5);
      expect((await reopen()).read('a.jpg')?.mtimeMs).toBe(5);
    },
  );

  it('tells records in another version of the format from damaged ones', async () => {
    const ledger = open();
    await ledger.write({ ...okRecord('a.jpg'), schemaVersion: 1 }, undefined);
    await ledger.write(okRecord('b.jpg'), undefined);
    for (const each of [ledger, await reopen()]) {
      expect(each.hasOtherVersion('a.jpg')).toBe(true);
      expect(each.read('a.jpg')).toBeUndefined();
      expect(each.hasOtherVersion('b.jpg')).toBe(false);
      expect(each.hasOtherVersion('none.jpg')).toBe(false);
      expect(await each.images()).toEqual(['a.jpg', 'b.jpg']);
    }
  });

  it('has no pictures at first', async () => {
    expect(await open().images()).toEqual([]);
    expect(open().read('a.jpg')).toBeUndefined();
  });

  it('does without a new mtime where there is no record', () => {
    // In a tree, a file that is not there fails as another person's does, also for root.
    expect(() => {
      open().restamp('a.jpg', 1);
    }).not.toThrow();
  });
});

describe('the ledger in a tree', () => {
  it('takes neither a file of more than 16 MB nor a folder for a record', async () => {
    const ledger = openLedger(treeAt(output));
    const whole = formatRecord(okRecord('a.jpg'));
    await ledger.write(okRecord('a.jpg'), undefined);
    damageTree('a.jpg', whole + ' '.repeat(MAX_RECORD_BYTES - whole.length));
    expect(ledger.read('a.jpg')?.record).toEqual(okRecord('a.jpg'));
    damageTree('a.jpg', whole + ' '.repeat(MAX_RECORD_BYTES - whole.length + 1));
    expect(ledger.read('a.jpg')).toBeUndefined();
    mkdirSync(path.join(output, recordPath('b.jpg')));
    expect(ledger.read('b.jpg')).toBeUndefined();
    expect(ledger.hasOtherVersion('b.jpg')).toBe(false);
  });

  it.each([
    ['EMFILE', 'too many files are open: raise the limit (ulimit -n)'],
    ['EIO', 'the disk reports an input/output error'],
  ])('takes no fault of the system for a record that is not there: %s', async (code, reason) => {
    const tree = treeAt(output);
    const ledger = openLedger(tree);
    await ledger.write(okRecord('a.jpg'), undefined);
    const failing = (): never => {
      throw Object.assign(new Error(code), { code });
    };
    Object.assign(tree, { withFile: failing, stats: failing });
    const place = path.join(output, recordPath('a.jpg'));
    for (const ask of [() => ledger.read('a.jpg'), () => ledger.hasOtherVersion('a.jpg')]) {
      const message = `Cannot read ${place}: ${reason}`;
      expect(ask).toThrow(expect.objectContaining({ code: 'OUTPUT_UNUSABLE', message, mayPass: true }));
    }
    expect(() => ledger.copiesOf('annotated', 'a.jpg')).toThrow(reason);
  });

  it('lists the pictures with a record in path order and nothing else', async () => {
    const ledger = openLedger(treeAt(output));
    for (const image of ['b.png', 'a/z.jpg', 'B.jpg']) await ledger.write(okRecord(image), undefined);
    for (const stray of ['.facetag-1-2.tmp', '.json', 'notes.txt'])
      writeFileSync(path.join(output, 'json', stray), '');
    expect(await ledger.images()).toEqual(['B.jpg', 'a/z.jpg', 'b.png']);
  });

  it('reports a name that the file system refuses as this picture alone', async () => {
    const image = `${'x'.repeat(254)}.jpg`;
    await expect(openLedger(treeAt(output)).write(okRecord(image), undefined)).rejects.toMatchObject({
      name: 'ImageError',
      code: 'WRITE_FAILED',
    });
    expect(readdirSync(path.join(output, 'json'))).toEqual([]);
  });
});

describe('the ledger in one file', () => {
  const NAMES = Array.from(
    { length: 200 },
    (_, index) => `${String((index * 7) % 200).padStart(3, '0')}.jpg`,
  );

  /** Writes records in an order and settles. @returns the bytes of the file. */
  async function written(names: readonly string[]): Promise<Buffer> {
    const { ledger, records } = openFile();
    for (const image of names) await ledger.write(okRecord(image), 1000);
    await records.settle();
    return readFileSync(sortedFile());
  }

  it('has the same bytes whatever the order, and one line a picture', async () => {
    const bytes = await written(NAMES);
    expect(existsSync(journal())).toBe(false);
    rmSync(sortedFile());
    expect(await written([...NAMES].reverse())).toEqual(bytes);
    expect(await written(NAMES.slice(50, 90))).toEqual(bytes);
    const images = bytes
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { image: string }).image);
    expect(images).toEqual([...NAMES].sort());
  });

  it('survives a cut at every byte of the last line of the journal, and at none brings half a record', async () => {
    const { ledger } = openFile();
    await ledger.write(okRecord('a.jpg'), 1);
    const before = readFileSync(journal());
    await ledger.write(okRecord('b.jpg'), 2);
    const whole = readFileSync(journal());
    for (let length = before.length; length <= whole.length; length += 1) {
      rmSync(sortedFile(), { force: true });
      writeFileSync(journal(), whole.subarray(0, length));
      // Whoever only looks leaves it as it is.
      const images = length === whole.length ? ['a.jpg', 'b.jpg'] : ['a.jpg'];
      expect(await openFile().ledger.images()).toEqual(images);
      expect(readFileSync(journal()).length).toBe(length);
      const { records, ledger: next } = openFile();
      await records.recover();
      expect(existsSync(journal())).toBe(false);
      expect(await next.images()).toEqual(images);
      expect(next.read('a.jpg')).toEqual({ record: okRecord('a.jpg'), mtimeMs: 1 });
    }
  });

  it('passes over a hole in the journal, as a power cut may leave one', async () => {
    const { ledger } = openFile();
    for (const image of ['a.jpg', 'b.jpg', 'c.jpg']) await ledger.write(okRecord(image), 1);
    const bytes = readFileSync(journal());
    const third = bytes.length / 3;
    bytes.fill(0, third + 40, 2 * third - 40);
    writeFileSync(journal(), bytes);
    const { records, ledger: next } = openFile();
    await records.recover();
    expect(await next.images()).toEqual(['a.jpg', 'c.jpg']);
  });

  it('does the same again when the journal outlives the folding', async () => {
    await written(NAMES);
    const { ledger, records } = openFile();
    await ledger.write(failedRecord('000.jpg', 'CORRUPT'), 9);
    ledger.remove('001.jpg');
    await ledger.write(okRecord('002x.jpg'), 9);
    const kept = readFileSync(journal());
    await records.settle();
    const bytes = readFileSync(sortedFile());
    writeFileSync(journal(), kept);
    const { records: again } = openFile();
    await again.recover();
    expect(readFileSync(sortedFile())).toEqual(bytes);
  });

  it('knows a changed byte anywhere in a line: that picture alone has no record', async () => {
    const bytes = await written(['a.jpg', 'b.jpg', 'c.jpg']);
    const third = bytes.length / 3;
    for (let at = third; at < 2 * third; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = changed[at] === 0x5f ? 0x60 : 0x5f;
      writeFileSync(sortedFile(), changed);
      const { ledger } = openFile();
      expect(ledger.read('b.jpg')).toBeUndefined();
      expect(ledger.read('a.jpg')?.record).toEqual(okRecord('a.jpg'));
      // Without its line break it takes the next line along.
      if (at < 2 * third - 1) expect(ledger.read('c.jpg')?.record).toEqual(okRecord('c.jpg'));
    }
  });

  it('counts lines that show no name, and drops them when it is written again', async () => {
    const bytes = await written(NAMES);
    const long = 'x'.repeat(3 << 20);
    writeFileSync(
      sortedFile(),
      Buffer.concat([Buffer.from(`rubbish\n${long}\n`), bytes, Buffer.from('{"sche')]),
    );
    const { ledger, records } = openFile();
    expect(await ledger.illegible()).toBe(3);
    expect(await ledger.images()).toEqual([...NAMES].sort());
    await records.settle();
    expect(readFileSync(sortedFile())).toEqual(bytes);
  });

  it.each(['records.jsonl', 'records.journal'])("leaves somebody else's %s alone", async (name) => {
    const text = '{"image":"a.jpg","caption":"a boat"}\n{"image":"b.jpg"}\n';
    writeFileSync(path.join(output, name), text);
    const { ledger, records } = openFile();
    await expect(records.recover().then(() => ledger.images())).rejects.toThrow(
      /is not what facetag writes there/,
    );
    await expect(ledger.write(okRecord('a.jpg'), 1)).rejects.toMatchObject({ code: 'OUTPUT_UNUSABLE' });
    expect(readFileSync(path.join(output, name), 'utf8')).toBe(text);
  });

  it('reads lines that are out of order, the last of a picture, and brings them in order', async () => {
    const bytes = await written(NAMES);
    const lines = bytes.toString().split(/(?<=\n)/);
    writeFileSync(sortedFile(), [...lines.slice(100), ...lines.slice(0, 150)].join(''));
    const { ledger, records } = openFile();
    expect(await ledger.images()).toEqual([...NAMES].sort());
    for (const image of NAMES) expect(ledger.read(image)?.record).toEqual(okRecord(image));
    await records.settle();
    expect(readFileSync(sortedFile())).toEqual(bytes);
  });

  it('finds lines beyond the numbers of 31 and of 32 bits', () => {
    const place = path.join(output, 'large');
    const [first, second] = ['a.jpg', 'b.jpg'].map((image) => recordLine(okRecord(image), 1));
    const offsets = [2 ** 31 + 7, 2 ** 32 + 7];
    const descriptor = openSync(place, 'w+');
    onTestFinished(() => {
      closeSync(descriptor);
    });
    const sorted = new SortedLines(descriptor);
    const overlay = new Overlay();
    for (const [index, line] of [first!, second!].entries()) {
      const offset = offsets[index] ?? 0;
      writeSync(descriptor, line, 0, line.length, offset);
      const image = index === 0 ? 'a.jpg' : 'b.jpg';
      sorted.add(image, { buffer: line, start: 0, end: line.length - 1, offset });
      overlay.set(image, { offset, length: line.length - 1, inJournal: index === 1 });
      expect(overlay.get(image)).toEqual({ offset, length: line.length - 1, inJournal: index === 1 });
    }
    for (const image of ['b.jpg', 'a.jpg']) {
      expect(recordIn(sorted.find(image)!)?.text).toBe(JSON.stringify(okRecord(image)));
    }
  });

  it.each(['../b.jpg', '/b.jpg', 'a//b.jpg', ''])('takes no record of %j', async (image) => {
    await written(['a.jpg']);
    const forged = readFileSync(sortedFile(), 'utf8').replace('"a.jpg"', JSON.stringify(image));
    appendFileSync(sortedFile(), forged);
    const { ledger } = openFile();
    expect(await ledger.images()).toEqual(['a.jpg']);
    expect(await ledger.illegible()).toBe(1);
  });

  it('ends the work when its files are removed or replaced meanwhile', async () => {
    await written(['a.jpg']);
    const { ledger } = openFile();
    await ledger.write(okRecord('b.jpg'), 1);
    ledger.assertInPlace();
    const kept = readFileSync(journal());
    rmSync(journal());
    expect(() => {
      ledger.assertInPlace();
    }).toThrow(/records\.journal was removed or replaced/);
    writeFileSync(journal(), kept);
    expect(() => {
      ledger.assertInPlace();
    }).toThrow(/records\.journal was removed or replaced/);
  });

  it('folds a long journal before the end, and goes on from there', async () => {
    await written(NAMES);
    const { ledger } = openFile();
    const large = Array.from({ length: 2000 }, () => okRecord('x').faces[0]!);
    for (let index = 0; index < 40; index += 1) {
      await ledger.write({ ...okRecord(`z${index}.jpg`), faces: large }, index);
      if (index === 2) {
        await ledger.compact();
        expect(existsSync(journal())).toBe(true);
      }
    }
    await ledger.compact();
    expect(existsSync(journal())).toBe(false);
    expect(ledger.read('z7.jpg')?.record.faces).toHaveLength(2000);
    expect((await ledger.images()).length).toBe(240);
    await ledger.write(okRecord('zz.jpg'), 1);
    expect(ledger.read('zz.jpg')?.record).toEqual(okRecord('zz.jpg'));
  });
});
