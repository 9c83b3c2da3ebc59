import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashFiles, isStamped, listFiles, writeStamp } from '../../bin/setup/stamp.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

describe('a stamp', () => {
  const inputs = { abi: '115', libraries: ['/a', '/b'] };

  it('is fresh for the inputs that it was written for, and stale for others', () => {
    const file = path.join(folder(), 'deep/stamp.json');
    expect(isStamped(file, inputs)).toBe(false);
    writeStamp(file, inputs);
    expect(isStamped(file, { ...inputs })).toBe(true);
    expect(isStamped(file, { ...inputs, abi: '127' })).toBe(false);
    expect(isStamped(file, { ...inputs, libraries: ['/a'] })).toBe(false);
    expect(readdirSync(path.dirname(file))).toEqual(['stamp.json']);
  });

  it('is stale when damaged', () => {
    const file = path.join(folder(), 'stamp.json');
    writeFileSync(file, '{"abi": "1');
    expect(isStamped(file, inputs)).toBe(false);
  });
});

describe('hashFiles', () => {
  it('sees contents, names and absence', () => {
    const [a, b] = [path.join(folder(), 'a'), path.join(folder(), 'b')];
    const seen = new Set([hashFiles([a, b])]);
    const remember = () => seen.add(hashFiles([a, b]));
    writeFileSync(a, '');
    remember();
    writeFileSync(a, '1');
    remember();
    writeFileSync(b, '1');
    remember();
    rmSync(a);
    remember();
    expect(seen.size).toBe(5);
    expect(seen).toContain(hashFiles([a, b]));
  });
});

it('listFiles gives the files with the ending, sorted, and none for a missing folder', () => {
  mkdirSync(path.join(folder(), 'sub'));
  for (const name of ['z.ts', 'a.ts', 'sub/m.ts', 'n.js']) writeFileSync(path.join(folder(), name), '');
  expect(listFiles(folder(), '.ts')).toEqual(['a.ts', 'sub/m.ts', 'z.ts']);
  expect(listFiles(path.join(folder(), 'none'), '.ts')).toEqual([]);
});
