import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolders } from '../../src/packs/make-folders.js';

let base: string;

beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'facetag-folders-'));
});

afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

const at = (name: string): string => path.join(base, name);

describe('makeFolders', () => {
  it('makes what is missing on the way, and takes what is there', () => {
    makeFolders(at('a/b/c'));
    makeFolders(at('a/b/c'));
    symlinkSync(at('a'), at('link'));
    makeFolders(at('link/b/d'));
    makeFolders(at('link'));
    expect(statSync(at('a/b/d')).isDirectory()).toBe(true);
  });

  it.each([
    ['a file', 'file', 'EEXIST'],
    ['a file on the way', 'file/a', 'ENOTDIR'],
    ['a link that leads nowhere', 'dangling', 'EEXIST'],
    ['one on the way', 'dangling/a/b', 'EEXIST'],
  ])('throws what the system says of %s', (_, name, code) => {
    writeFileSync(at('file'), '');
    symlinkSync(at('nowhere'), at('dangling'));
    expect(() => {
      makeFolders(at(name));
    }).toThrow(expect.objectContaining({ code }) as Error);
    expect(existsSync(at('nowhere'))).toBe(false);
  });

  // Node's own way of making several folders never ends there.
  it.skipIf(!existsSync('/proc/self'))('ends where a folder takes no other (needs /proc)', () => {
    for (const folder of ['/proc/facetag', '/proc/facetag/a/b', '/proc/self/facetag']) {
      expect(() => {
        makeFolders(folder);
      }).toThrow(expect.objectContaining({ code: 'EPERM' }) as Error);
    }
  });
});
