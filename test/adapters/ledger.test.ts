import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../src/adapters/ledger.js';
import { recordPath } from '../../src/core/output-paths.js';
import { MAX_RECORD_BYTES } from '../../src/core/parse-record.js';
import { formatRecord } from '../../src/core/report.js';
import { okRecord } from '../records.js';
import { treeAt } from './temporary-tree.js';

let output: string;

beforeEach(() => {
  output = mkdtempSync(path.join(tmpdir(), 'facetag-ledger-'));
});

afterEach(() => {
  rmSync(output, { recursive: true, force: true });
});

describe('the ledger', () => {
  it('gives back what was written, with the mtime of its source', async () => {
    const ledger = openLedger(treeAt(output));
    const record = okRecord('2024/a.jpg');
    await ledger.write(record, 1_700_000_000_123);
    expect(ledger.read('2024/a.jpg')).toEqual({ record, mtimeMs: 1_700_000_000_123 });
    ledger.restamp('2024/a.jpg', 1_600_000_000_456);
    expect(ledger.read('2024/a.jpg')?.mtimeMs).toBe(1_600_000_000_456);
  });

  it.each(['', '{', '{"schemaVersion":1}', JSON.stringify(okRecord('other.jpg'))])(
    'has no record where the file says %j',
    async (content) => {
      const ledger = openLedger(treeAt(output));
      await ledger.write(okRecord('a.jpg'), undefined);
      writeFileSync(path.join(output, recordPath('a.jpg')), content);
      expect(ledger.read('a.jpg')).toBeUndefined();
      expect(await ledger.images()).toEqual(['a.jpg']);
    },
  );

  it('tells records in another version of the format from damaged ones', async () => {
    const ledger = openLedger(treeAt(output));
    await ledger.write(okRecord('a.jpg'), undefined);
    expect(ledger.hasOtherVersion('a.jpg')).toBe(false);
    expect(ledger.hasOtherVersion('none.jpg')).toBe(false);
    writeFileSync(path.join(output, recordPath('a.jpg')), '{"schemaVersion":1,"image":"a.jpg"}');
    expect(ledger.hasOtherVersion('a.jpg')).toBe(true);
    expect(ledger.read('a.jpg')).toBeUndefined();
  });

  it('takes neither a file of more than 16 MB nor a folder for a record', async () => {
    const ledger = openLedger(treeAt(output));
    const whole = formatRecord(okRecord('a.jpg'));
    await ledger.write(okRecord('a.jpg'), undefined);
    writeFileSync(
      path.join(output, recordPath('a.jpg')),
      whole + ' '.repeat(MAX_RECORD_BYTES - whole.length),
    );
    expect(ledger.read('a.jpg')?.record).toEqual(okRecord('a.jpg'));
    writeFileSync(
      path.join(output, recordPath('a.jpg')),
      whole + ' '.repeat(MAX_RECORD_BYTES - whole.length + 1),
    );
    expect(ledger.read('a.jpg')).toBeUndefined();
    mkdirSync(path.join(output, recordPath('b.jpg')));
    expect(ledger.read('b.jpg')).toBeUndefined();
    expect(ledger.hasOtherVersion('b.jpg')).toBe(false);
  });

  it('lists the pictures with a record in path order and nothing else', async () => {
    const ledger = openLedger(treeAt(output));
    expect(await ledger.images()).toEqual([]);
    for (const image of ['b.png', 'a/z.jpg', 'B.jpg']) await ledger.write(okRecord(image), undefined);
    for (const stray of ['.facetag-1-2.tmp', '.json', 'notes.txt'])
      writeFileSync(path.join(output, 'json', stray), '');
    expect(await ledger.images()).toEqual(['B.jpg', 'a/z.jpg', 'b.png']);
  });

  it('does without a new mtime where only an owner may set one', () => {
    // A file that is not there fails as another person's does, also for root.
    expect(() => {
      openLedger(treeAt(output)).restamp('a.jpg', 1);
    }).not.toThrow();
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
