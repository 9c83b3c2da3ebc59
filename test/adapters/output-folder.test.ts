import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outputFolders } from '../../src/adapters/output-folder.js';
import type { Roots } from '../../src/core/roots.js';

let home: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), 'facetag-output-')));
  mkdirSync(path.join(home, 'disk/out'), { recursive: true });
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

describe('the roots of an output folder', () => {
  const roots = (disk: string): Roots => ({
    base: path.join(home, disk, 'photos'),
    others: new Map([['iphone', path.join(home, disk, 'backup/iphone')]]),
  });

  it('is unknown before the first run', () => {
    expect(outputFolders.readRoots(path.join(home, 'disk/out'))).toBeUndefined();
    expect(outputFolders.readRoots(path.join(home, 'nowhere'))).toBeUndefined();
  });

  it('moves with both of them', async () => {
    await outputFolders.writeRoots(path.join(home, 'disk/out'), roots('disk'));
    renameSync(path.join(home, 'disk'), path.join(home, 'moved'));
    expect(outputFolders.readRoots(path.join(home, 'moved/out'))).toEqual(roots('moved'));
  });

  it('is the same whether the output folder is named by itself or through a link', async () => {
    const [link, real] = [path.join(home, 'link'), path.join(home, 'disk/out')];
    symlinkSync('disk/out', link);
    await outputFolders.writeRoots(link, { base: path.join(home, 'photos') });
    expect(outputFolders.readRoots(real)).toEqual({ base: path.join(home, 'photos') });
    expect(outputFolders.readRoots(link)).toEqual({ base: path.join(home, 'photos') });
    expect(JSON.parse(readFileSync(path.join(real, 'facetag.json'), 'utf8'))).toEqual({
      schemaVersion: 1,
      base: '../../photos',
    });
  });

  it.each(['{', '{"schemaVersion":2,"base":"."}', '{"schemaVersion":1,"base":".","others":{"a/b":"."}}'])(
    'are refused when the file is not ours: %j',
    (text) => {
      writeFileSync(path.join(home, 'disk/out/facetag.json'), text);
      expect(() => outputFolders.readRoots(path.join(home, 'disk/out'))).toThrow(/not what facetag writes/);
    },
  );
});

describe('what was begun in an output folder', () => {
  it('is kept until it is done, then leaves a file only for shares', async () => {
    const output = path.join(home, 'disk/out');
    const file = path.join(output, 'completion.json');
    const request = { paths: ['../photos'], filters: [] };
    expect(outputFolders.readCompletion(output)).toEqual({ shares: [], unfinished: [] });
    await outputFolders.writeCompletion(output, { shares: [], unfinished: [request] });
    expect(outputFolders.readCompletion(output)).toEqual({ shares: [], unfinished: [request] });
    await outputFolders.writeCompletion(output, { shares: [], unfinished: [] });
    expect(existsSync(file)).toBe(false);
    const share = { index: 2, count: 3, pictures: 5, failed: 1, faces: 7 };
    await outputFolders.writeCompletion(output, { shares: [share], unfinished: [] });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      schemaVersion: 1,
      complete: true,
      shares: [share],
      unfinished: [],
    });
    writeFileSync(file, '{"schemaVersion":1,"shares":[{}],"unfinished":[]}');
    expect(() => outputFolders.readCompletion(output)).toThrow(/not what facetag writes/);
  });
});
