import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pictureFiles } from '../../src/adapters/files.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'facetag-files-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the hash of a file', () => {
  // What is read at once is 131,072 bytes.
  it.each([0, 1, 131_071, 131_072, 131_073, 400_000])(
    'of %d bytes is that of all of them',
    async (length) => {
      const bytes = Buffer.alloc(length, 'facetag');
      const file = path.join(folder, String(length));
      await writeFile(file, bytes);
      expect(await pictureFiles.sha256(file)).toBe(createHash('sha256').update(bytes).digest('hex'));
    },
  );

  it.each([
    ['is not there', 'none', 'UNREADABLE'],
    ['is a folder', '.', 'NOT_A_FILE'],
  ])('of what %s is a failure of the picture', async (_, name, code) => {
    await expect(pictureFiles.sha256(path.join(folder, name))).rejects.toMatchObject({ code });
  });
});
