import { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { outputFolders } from '../../src/adapters/output-folder.js';
import type { RunSummary } from '../../src/core/summary.js';
import { okRecord } from '../records.js';
import { facetag, temporaryFolder, type Ran } from './cli.js';
import { smallNames, smallPictures } from './small-pictures.js';

let cwd: string;

beforeEach(() => {
  cwd = temporaryFolder();
});

const run = (...args: string[]): Promise<Ran> => facetag(args, { cwd });
const inOutput = (name: string): string => path.join(cwd, 'out', name);
const text = (name: string): string => readFileSync(inOutput(name), 'utf8');

describe('a tree of ten thousand records', () => {
  const RECORDS = 10_000;
  const MADE = 'made/07/4207.jpg';

  beforeEach(async () => {
    await outputFolders.hold(path.join(cwd, 'out'), async (folder) => {
      await folder.writeRoots({ base: path.join(cwd, 'photos') });
      for (let index = 0; index < RECORDS; index += 1) {
        const part = String(index % 100).padStart(2, '0');
        await folder.ledger.write(okRecord(`made/${part}/${index}.jpg`), 1_600_000_000_000);
      }
    });
  });

  it('has tables of all records, however few of them a run has changed', async () => {
    await smallPictures(path.join(cwd, 'photos'), 6);
    const [first = '', second = '', third = ''] = smallNames(6);
    for (const name of [first, second]) {
      const ran = await run(path.join('photos', name), '--base', 'photos', '-o', 'out');
      expect(ran, ran.stderr).toMatchObject({ code: 0 });
      expect(existsSync(inOutput('tables.json'))).toBe(true);
      expect(text('faces.csv')).toContain(`\n${name},`);
    }

    // By hand, with the size and time that it had.
    const record = inOutput(`json/${MADE}.json`);
    const { atime, mtime } = statSync(record);
    writeFileSync(record, readFileSync(record, 'utf8').replace('640', '641'));
    utimesSync(record, atime, mtime);
    await run(path.join('photos', third), '--base', 'photos', '-o', 'out');
    expect(text('faces.csv')).toContain(`\n${MADE},ok,641,`);
    rmSync(record);
    await run('photos', '-o', 'out');
    expect(text('faces.csv')).not.toContain(MADE);
    const found = text('faces.csv');
    rmSync(inOutput('faces.csv'));
    await run('photos', '-o', 'out');
    expect(text('faces.csv')).toBe(found);
    expect(found.split('\r\n').length).toBeGreaterThan(RECORDS);
  });
});

describe('a list of thousands of paths that lead nowhere', () => {
  const names = Array.from({ length: 3000 }, (_, index) => `gone-${Math.floor(index / 100)}/${index}.jpg`);

  beforeEach(async () => {
    await smallPictures(path.join(cwd, 'photos'), 2);
    const listed = [...names, ...smallNames(2), 'gone-0/notes.txt', 'gone/', ...names.slice(0, 10)];
    writeFileSync(path.join(cwd, 'list'), listed.map((name) => path.join(cwd, 'photos', name)).join('\n'));
  });

  it('is told path by path, and counted', async () => {
    const args = ['--files-from', 'list', '--base', 'photos', '--summary', 'summary.json', '-o', 'out'];
    const ran = await run(...args, '--jsonl');
    expect(ran.code).toBe(1);
    const told = ran.stderr.match(/^failed .*$/gm) ?? [];
    const lineOf = (name: string): string =>
      `failed ${name}: UNREADABLE: in the list of paths, but not there`;
    expect(told.sort()).toEqual(names.map(lineOf).sort());
    const warned = ran.stderr.match(/^warning: Cannot list .*$/gm) ?? [];
    const warningOf = (name: string): string =>
      `warning: Cannot list ${path.join(cwd, 'photos', name)}: in the list of paths, but not there`;
    expect(warned.sort()).toEqual(['gone', 'gone-0/notes.txt'].map(warningOf).sort());
    const images = ran.stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { image: string }).image);
    expect(images).toEqual([...names, ...smallNames(2)].sort());
    const summary = JSON.parse(readFileSync(path.join(cwd, 'summary.json'), 'utf8')) as RunSummary;
    expect(summary).toMatchObject({ pictures: 3002, failedByCode: { UNREADABLE: 3000 }, unlisted: 2 });
    expect(text('faces.csv').match(/,UNREADABLE\r\n/g)).toHaveLength(3000);
  });
});
