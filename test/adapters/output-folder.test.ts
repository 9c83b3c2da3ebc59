import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolderLock } from '../../src/adapters/folder-lock.js';
import { createOutputFolders, outputFolders } from '../../src/adapters/output-folder.js';
import type { Completion } from '../../src/core/completion.js';
import type { Roots } from '../../src/core/roots.js';
import { okRecord } from '../records.js';

let home: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), 'facetag-output-')));
  mkdirSync(path.join(home, 'disk/out'), { recursive: true });
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function rootsOf(output: string): Promise<Roots | undefined> {
  return outputFolders.visit(output, (folder) => Promise.resolve(folder?.readRoots()));
}

function makeWith(output: string, roots: Roots): Promise<void> {
  return outputFolders.hold(output, (folder) => folder.writeRoots(roots));
}

describe('the roots of an output folder', () => {
  const roots = (disk: string): Roots => ({
    base: path.join(home, disk, 'photos'),
    others: new Map([['iphone', path.join(home, disk, 'backup/iphone')]]),
  });

  it('are unknown before the first run', async () => {
    expect(await rootsOf(path.join(home, 'disk/out'))).toBeUndefined();
    expect(await rootsOf(path.join(home, 'nowhere'))).toBeUndefined();
  });

  it('move with both of them', async () => {
    await makeWith(path.join(home, 'disk/out'), roots('disk'));
    renameSync(path.join(home, 'disk'), path.join(home, 'moved'));
    expect(await rootsOf(path.join(home, 'moved/out'))).toEqual(roots('moved'));
  });

  it('is the same whether the output folder is named by itself or through a link', async () => {
    const [link, real] = [path.join(home, 'link'), path.join(home, 'disk/out')];
    symlinkSync('disk/out', link);
    await makeWith(link, { base: path.join(home, 'photos') });
    expect(await rootsOf(real)).toEqual({ base: path.join(home, 'photos') });
    expect(await rootsOf(link)).toEqual({ base: path.join(home, 'photos') });
    expect(JSON.parse(readFileSync(path.join(real, 'facetag.json'), 'utf8'))).toEqual({
      schemaVersion: 1,
      base: '../../photos',
    });
  });

  it.each(['{', '{"schemaVersion":2,"base":"."}', '{"schemaVersion":1,"base":".","others":{"a/b":"."}}'])(
    'are refused when the file is not ours: %j',
    async (text) => {
      writeFileSync(path.join(home, 'disk/out/facetag.json'), text);
      await expect(rootsOf(path.join(home, 'disk/out'))).rejects.toThrow(/not what facetag writes/);
    },
  );
});

function completionOf(output: string): Promise<Completion | undefined> {
  return outputFolders.visit(output, (folder) => Promise.resolve(folder?.readCompletion()));
}

function complete(output: string, completion: Completion): Promise<void> {
  return outputFolders.hold(output, (folder) => folder.writeCompletion(completion));
}

describe('what was begun in an output folder', () => {
  it('is kept until it is done, then leaves a file only for shares', async () => {
    const output = path.join(home, 'disk/out');
    const file = path.join(output, 'completion.json');
    const request = { paths: ['../photos'], filters: [] };
    expect(await completionOf(output)).toEqual({ shares: [], unfinished: [] });
    await complete(output, { shares: [], unfinished: [request] });
    expect(await completionOf(output)).toEqual({ shares: [], unfinished: [request] });
    await complete(output, { shares: [], unfinished: [] });
    expect(existsSync(file)).toBe(false);
    const share = { index: 2, count: 3, pictures: 5, failed: 1, faces: 7 };
    await complete(output, { shares: [share], unfinished: [] });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      schemaVersion: 1,
      complete: true,
      shares: [share],
      unfinished: [],
    });
    writeFileSync(file, '{"schemaVersion":1,"shares":[{}],"unfinished":[]}');
    await expect(completionOf(output)).rejects.toThrow(/not what facetag writes/);
  });
});

describe('an output folder that is held', () => {
  const quick = createOutputFolders(createFolderLock({ heartbeat: 20 }));

  it('and was taken over while this process was stopped is not written to any more', async () => {
    const output = path.join(home, 'disk/out');
    const lock = path.join(output, '.facetag.lock');
    const thief = JSON.stringify({ pid: 7, host: 'elsewhere' });
    const left = path.join(output, '.facetag-tmp/123e4567-e89b-42d3-a456-426614174000');
    const held = quick.hold(output, async ({ ledger }) => {
      await ledger.write(okRecord('a.jpg'), undefined);
      rmSync(lock);
      writeFileSync(lock, thief);
      writeFileSync(left, 'what the other run is writing');
      await sleep(200);
      await ledger.write(okRecord('b.jpg'), undefined);
    });
    await expect(held).rejects.toMatchObject({ code: 'OUTPUT_LOCKED' });
    await expect(held).rejects.toThrow('process 7 on elsewhere');
    expect(readdirSync(path.join(output, 'json'))).toEqual(['a.jpg.json']);
    expect(readFileSync(lock, 'utf8')).toBe(thief);
    expect(existsSync(left)).toBe(true);
  });

  it('takes its lock again when somebody removed it', async () => {
    const output = path.join(home, 'disk/out');
    await quick.hold(output, async ({ ledger }) => {
      rmSync(path.join(output, '.facetag.lock'));
      await sleep(200);
      expect(existsSync(path.join(output, '.facetag.lock'))).toBe(true);
      await ledger.write(okRecord('a.jpg'), undefined);
    });
    expect(readdirSync(output)).toEqual(['json']);
  });
});
