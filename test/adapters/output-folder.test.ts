import { mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outputFolders } from '../../src/adapters/output-folder.js';

let home: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), 'facetag-output-')));
  mkdirSync(path.join(home, 'disk/out'), { recursive: true });
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

describe('the base folder of an output folder', () => {
  it('is unknown before the first run', () => {
    expect(outputFolders.readBase(path.join(home, 'disk/out'))).toBeUndefined();
    expect(outputFolders.readBase(path.join(home, 'nowhere'))).toBeUndefined();
  });

  it('moves with both of them', async () => {
    await outputFolders.writeBase(path.join(home, 'disk/out'), path.join(home, 'disk/photos'));
    renameSync(path.join(home, 'disk'), path.join(home, 'moved'));
    expect(outputFolders.readBase(path.join(home, 'moved/out'))).toBe(path.join(home, 'moved/photos'));
  });

  it('is the same whether the output folder is named by itself or through a link', async () => {
    const [link, real] = [path.join(home, 'link'), path.join(home, 'disk/out')];
    symlinkSync('disk/out', link);
    await outputFolders.writeBase(link, path.join(home, 'photos'));
    expect(outputFolders.readBase(real)).toBe(path.join(home, 'photos'));
    expect(outputFolders.readBase(link)).toBe(path.join(home, 'photos'));
    expect(JSON.parse(readFileSync(path.join(real, 'facetag.json'), 'utf8'))).toEqual({
      schemaVersion: 1,
      base: '../../photos',
    });
  });
});
