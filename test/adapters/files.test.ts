import { createHash } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
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

describe('reading a picture', () => {
  const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
  const written = async (name: string, head: Buffer, length: number): Promise<string> => {
    const file = path.join(folder, name);
    await writeFile(file, head);
    await truncate(file, length);
    return file;
  };

  it('gives all bytes of small and of long ones', async () => {
    for (const length of [10, 131_072, 131_073, 300_000]) {
      const bytes = await pictureFiles.read(await written('good.jpg', JPEG, length), 300_000);
      expect(bytes).toHaveLength(length);
      expect(bytes.subarray(0, 4)).toEqual(JPEG);
    }
  });

  it('looks at the head alone of what is no picture, however long it is', async () => {
    for (const [head, code] of [
      [Buffer.alloc(0), 'NOT_AN_IMAGE'],
      [Buffer.from('%PDF-1.7'), 'UNSUPPORTED_FORMAT'],
    ] as const) {
      const file = await written('sparse.jpg', head, 2 ** 40);
      await expect(pictureFiles.read(file, 1e6)).rejects.toMatchObject({ code, stage: 'decode' });
    }
  });

  it('keeps the heads of files apart that are read at once', async () => {
    const picture = await written('one.jpg', JPEG, 200_000);
    const document = await written('other.jpg', Buffer.from('%PDF-1.7'), 200_000);
    const reads = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? picture : document));
    const outcomes = await Promise.allSettled(reads.map((file) => pictureFiles.read(file, 300_000)));
    expect(outcomes.map(({ status }) => status)).toEqual(
      reads.map((file) => (file === picture ? 'fulfilled' : 'rejected')),
    );
  });

  it('refuses a picture of more bytes than --max-bytes', async () => {
    const file = await written('long.jpg', JPEG, 300_001);
    const message = expect.stringContaining('--max-bytes 300000') as string;
    await expect(pictureFiles.read(file, 300_000)).rejects.toMatchObject({ code: 'TOO_LARGE', message });
  });
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
