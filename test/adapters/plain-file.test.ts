import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf, withPlainFile } from '../../src/adapters/plain-file.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'facetag-plain-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the text of a plain file', () => {
  // What is read at once is 65,536 bytes; an é has two.
  it.each([0, 1, 32_767, 32_768, 32_769, 100_000])('of %d letters is all of it', (length) => {
    const file = path.join(folder, String(length));
    const text = 'é'.repeat(length);
    writeFileSync(file, text);
    expect(withPlainFile(file, file, textOf)).toBe(text);
  });

  it('that grew since it was opened is all of it', () => {
    const file = path.join(folder, 'grows');
    writeFileSync(file, 'one');
    const text = withPlainFile(file, file, (opened) => {
      writeFileSync(file, 'one and more');
      return textOf(opened);
    });
    expect(text).toBe('one and more');
  });
});
