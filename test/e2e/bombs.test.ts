import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { PictureRecord } from '../../src/core/report.js';
import type { RunSummary } from '../../src/core/summary.js';
import { bombs, tiffOfOverlappingDirectories } from '../pictures/bombs.js';
import { ASTRONAUT } from '../pictures/made-picture.js';
import { writePictures } from '../pictures.js';
import { bin, hermetic, temporaryFolder } from './cli.js';

const PRLIMIT = '/usr/bin/prlimit';
/** Private memory of every process of the run. */
const TWO_GIGABYTES = '--data=2000000000';

interface Limited {
  readonly records: Record<string, PictureRecord>;
  readonly summary: RunSummary;
  readonly code: number;
}

/** Runs the built CLI over a folder, with less memory than a bomb takes. */
async function tagLimited(photos: string, flags: readonly string[]): Promise<Limited> {
  const folder = temporaryFolder();
  const args = [TWO_GIGABYTES, process.execPath, bin, photos, '--jsonl', '--summary', 's.json', ...flags];
  const run = promisify(execFile)(PRLIMIT, args, { cwd: folder, env: hermetic(), maxBuffer: 1 << 26 });
  const { stdout, code } = await run.then(
    (ran) => ({ ...ran, code: 0 }),
    (error: unknown) => error as { stdout: string; code: number },
  );
  const lines = stdout.trimEnd().split('\n');
  const records = lines.map((line) => JSON.parse(line) as PictureRecord);
  return {
    records: Object.fromEntries(records.map((record) => [record.image, record])),
    summary: JSON.parse(readFileSync(path.join(folder, 's.json'), 'utf8')) as RunSummary,
    code,
  };
}

const hashes = (folder: string): string[] =>
  readdirSync(folder).map((name) =>
    createHash('sha256')
      .update(readFileSync(path.join(folder, name)))
      .digest('hex'),
  );

describe.skipIf(!existsSync(PRLIMIT))('under a limit of 2 GB', () => {
  it('memory bombs of every format are TOO_LARGE, cost little, and the good picture beside them is tagged', async () => {
    const photos = temporaryFolder();
    const made = await bombs();
    await writePictures(photos, made);
    cpSync(ASTRONAUT, path.join(photos, 'good.png'));
    const before = hashes(photos);
    for (const annotate of [false, true]) {
      const output = annotate ? ['-o', temporaryFolder(), '--annotate'] : [];
      const { records, summary, code } = await tagLimited(photos, [
        ...['-j', '1', '--max-lane-memory', '512'],
        ...output,
      ]);
      expect(code).toBe(1);
      const codes = Object.entries(records).map(([image, { error }]) => [image, error?.code ?? 'ok']);
      expect(Object.fromEntries(codes)).toEqual({
        'good.png': 'ok',
        ...Object.fromEntries(made.map(({ name, expected }) => [name, expected])),
      });
      expect(summary).toMatchObject({ retried: 0, lanesReplaced: 0 });
      expect(summary.peakMemory.lane).toBeLessThan(400e6);
    }
    expect(hashes(photos)).toEqual(before);
  });

  it('gigabytes that nobody wrote are NOT_AN_IMAGE unread, and a picture of them is TOO_LARGE', async () => {
    const photos = temporaryFolder();
    writeFileSync(path.join(photos, 'sparse.jpg'), '');
    truncateSync(path.join(photos, 'sparse.jpg'), 1900 * 2 ** 20);
    cpSync(ASTRONAUT, path.join(photos, 'long.png'));
    truncateSync(path.join(photos, 'long.png'), 1900 * 2 ** 20);
    const { records, summary } = await tagLimited(photos, ['-j', '1']);
    expect(records['sparse.jpg']?.error).toMatchObject({ code: 'NOT_AN_IMAGE' });
    expect(records['long.png']?.error).toMatchObject({
      code: 'TOO_LARGE',
      message: expect.stringContaining('--max-bytes 500000000') as string,
    });
    expect(summary.peakMemory.lane).toBeLessThan(400e6);
  });

  it('a TIFF of overlapping directories is CORRUPT before a decoder sees it', async () => {
    const photos = temporaryFolder();
    writeFileSync(path.join(photos, 'overlap.tif'), tiffOfOverlappingDirectories());
    const { records } = await tagLimited(photos, []);
    expect(records['overlap.tif']?.error).toMatchObject({ code: 'CORRUPT' });
  });
});
