import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../src/adapters/ledger.js';
import { goneImages, pruneGone } from '../../src/commands/prune.js';
import { okRecord } from '../records.js';

let output: string;

beforeEach(() => {
  output = mkdtempSync(path.join(tmpdir(), 'facetag-prune-'));
});

afterEach(() => {
  rmSync(output, { recursive: true, force: true });
});

const isGone = (file: string): boolean => file.startsWith('/photos/gone');

describe('pruneGone', () => {
  it('removes the results of pictures that are gone and no others', async () => {
    const ledger = openLedger(output);
    for (const image of ['gone/b.jpg', 'gone/a.jpg', 'kept.jpg']) {
      await ledger.write(okRecord(image), undefined);
    }
    expect([...goneImages({ base: '/photos' }, ledger, { isGone })]).toEqual(['gone/a.jpg', 'gone/b.jpg']);
    expect(pruneGone({ base: '/photos' }, ledger, { isGone })).toBe(2);
    expect(ledger.images()).toEqual(['kept.jpg']);
  });

  it('leaves the results of a root that is not there at all: a disk that is not mounted', async () => {
    const ledger = openLedger(output);
    for (const image of ['gone/a.jpg', 'iphone/b.jpg', 'kept.jpg'])
      await ledger.write(okRecord(image), undefined);
    const roots = { base: '/photos', others: new Map([['iphone', '/photos/gone/iphone']]) };
    expect(pruneGone(roots, ledger, { isGone })).toBe(1);
    expect(ledger.images()).toEqual(['iphone/b.jpg', 'kept.jpg']);
  });

  it('removes a record in another version of the format, too', async () => {
    const ledger = openLedger(output);
    await ledger.write(okRecord('gone.jpg'), undefined);
    writeFileSync(path.join(output, 'json', 'gone.jpg.json'), '{"schemaVersion":1,"image":"gone.jpg"}');
    expect(pruneGone({ base: '/photos' }, ledger, { isGone })).toBe(1);
    expect(ledger.images()).toEqual([]);
  });

  it.each(['{"mine":1}', '', JSON.stringify(okRecord('other.jpg'))])(
    'leaves a file that is no record of facetag: %j',
    async (content) => {
      const ledger = openLedger(output);
      await ledger.write(okRecord('kept.jpg'), undefined);
      writeFileSync(path.join(output, 'json', 'gone.json'), content);
      expect(pruneGone({ base: '/photos' }, ledger, { isGone })).toBe(0);
      expect(ledger.images()).toEqual(['gone', 'kept.jpg']);
    },
  );
});
