import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kindAt, pictureFiles } from '../../src/adapters/files.js';
import { openLedger } from '../../src/adapters/ledger.js';
import { settleRoots } from '../../src/commands/settle-roots.js';
import { toRecord } from '../../src/core/report.js';
import type { Roots } from '../../src/core/roots.js';
import { unreadReport } from '../../src/core/unread-report.js';
import type { Ledger } from '../../src/ports.js';
import { treeAt } from '../adapters/temporary-tree.js';
import { okRecord, runKey } from '../records.js';

let cwd: string;
let ledger: Ledger;

beforeEach(() => {
  cwd = realpathSync(mkdtempSync(path.join(tmpdir(), 'facetag-settle-')));
  mkdirSync(path.join(cwd, 'out'));
  ledger = openLedger(treeAt(path.join(cwd, 'out')));
});

afterEach(() => {
  rmSync(cwd, { recursive: true, force: true });
});

const at = (name: string): string => path.join(cwd, name);

function write(name: string, content: string): void {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), content);
}

/** A picture in `photos` with its record. */
async function tagged(image: string, content: string): Promise<void> {
  const file = `photos/${image}`;
  write(file, content);
  const { bytes, mtimeMs } = pictureFiles.stamp(at(file));
  const source = { bytes, sha256: await pictureFiles.sha256(at(file)) };
  await ledger.write({ ...okRecord(image), source }, mtimeMs);
}

const settle = async (folder: string, roots: Roots = { base: at('photos') }): Promise<Roots> =>
  await settleRoots(roots, { folders: [at(folder)], parents: [] }, ledger, {
    files: pictureFiles,
    kindAt,
    log: { emit: () => undefined },
  });

const UNREAD = { stage: 'discover', code: 'UNREADABLE', message: 'permission denied' } as const;

const moved = (): Roots => ({ base: at('new') });
const joined = (): Roots => ({ base: at('photos'), others: new Map([['new', at('new')]]) });

describe('a folder in the place of a root that is gone', () => {
  it('is the root where it has its pictures: renamed, or copied with other times', async () => {
    await tagged('a.jpg', 'one');
    await tagged('b.jpg', 'two');
    renameSync(at('photos'), at('new'));
    expect(await settle('new')).toEqual(moved());
    utimesSync(at('new/a.jpg'), 1, 1);
    utimesSync(at('new/b.jpg'), 1, 1);
    expect(await settle('new')).toEqual(moved());
  });

  it.each([
    ['none', () => Promise.resolve()],
    ['failed ones alone', () => ledger.write(toRecord('a.jpg', unreadReport(UNREAD), runKey), undefined)],
  ])('is a new one where nothing is known of the pictures: %s', async (_, record) => {
    await record();
    write('new/a.jpg', '');
    expect(await settle('new')).toEqual(joined());
  });

  it('is a new one where other pictures have the names and sizes', async () => {
    await tagged('a.jpg', 'one');
    rmSync(at('photos'), { recursive: true });
    write('new/a.jpg', 'two');
    expect(await settle('new')).toEqual(joined());
  });

  it('is a new one where less than half of the pictures are there', async () => {
    for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) await tagged(name, name);
    renameSync(at('photos'), at('new'));
    rmSync(at('new/a.jpg'));
    expect(await settle('new')).toEqual(moved());
    rmSync(at('new/b.jpg'));
    expect(await settle('new')).toEqual(joined());
  });

  it('is the root too where a link to the old place is left', async () => {
    await tagged('a.jpg', 'one');
    renameSync(at('photos'), at('new'));
    symlinkSync(at('nowhere'), at('photos'));
    expect(await settle('new')).toEqual(moved());
  });
});
