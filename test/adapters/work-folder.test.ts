import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { outputFolders } from '../../src/adapters/output-folder.js';
import type { WorkFolder } from '../../src/ports.js';

let output: string;

beforeEach(() => {
  output = mkdtempSync(path.join(tmpdir(), 'facetag-work-'));
  return () => {
    rmSync(output, { recursive: true, force: true });
  };
});

const withWork = <T>(work: (folder: WorkFolder) => Promise<T>): Promise<T> =>
  outputFolders.hold(output, (folder) => folder.withWorkFolder(work));

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += Buffer.from(piece).toString();
  return text;
}

describe('a work folder', () => {
  it('is for the owner alone, on the disk of the output folder, and gone afterwards', async () => {
    const seen = await withWork(async (work) => {
      await work.write('frame', Buffer.from('pixels'));
      expect(readFileSync(path.join(work.path, 'frame'), 'utf8')).toBe('pixels');
      const modes = ['.', 'frame'].map((name) => statSync(path.join(work.path, name)).mode & 0o777);
      expect(modes).toEqual([0o700, 0o600]);
      expect(path.dirname(path.dirname(work.path))).toBe(output);
      return work.path;
    });
    expect(existsSync(seen)).toBe(false);
    expect(readdirSync(output)).toEqual([]);
  });

  it('gathers text, gives it back, and never writes over a file', async () => {
    await withWork(async (work) => {
      const file = work.open('lines');
      for (let n = 0; n < 30_000; n++) file.write(`${n}\n`);
      file.close();
      const text = await textOf(work.pieces('lines'));
      expect(text.split('\n')).toHaveLength(30_001);
      await expect(work.write('lines', 'other')).rejects.toMatchObject({ code: 'OUTPUT_UNUSABLE' });
      work.remove('lines');
      await work.write('lines', 'other');
      expect(await textOf(work.pieces('lines'))).toBe('other');
    });
  });

  it('goes when the work fails', async () => {
    const failing = withWork(async (work) => {
      await work.write('frame', 'pixels');
      throw new Error('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    expect(readdirSync(output)).toEqual([]);
  });

  it('goes with the next run when a process was killed, and nothing else does', async () => {
    const left = path.join(output, '.facetag-tmp/12345678-1234-1234-1234-123456789012');
    mkdirSync(left, { recursive: true });
    writeFileSync(path.join(left, 'frame-1'), 'pixels');
    symlinkSync('/etc/hosts', path.join(left, 'link'));
    mkdirSync(path.join(output, '.facetag-tmp/mine'));
    await outputFolders.hold(output, () => Promise.resolve());
    expect(readdirSync(path.join(output, '.facetag-tmp'))).toEqual(['mine']);
    expect(existsSync('/etc/hosts')).toBe(true);
  });
});

describe('files of results', () => {
  it('are written whole, read, dated and removed', async () => {
    await outputFolders.hold(output, async (folder) => {
      const files = await folder.openFiles();
      expect(files.read('video/a.json')).toBeUndefined();
      await files.write('video/a.json', '{}', 5000);
      expect(files.read('video/a.json')).toEqual({ text: '{}', mtimeMs: 5000 });
      files.touch('video/a.json', 7000);
      expect(files.read('video/a.json')?.mtimeMs).toBe(7000);
      expect(files.has('video/a.json')).toBe(true);
      files.remove('video/a.json');
      files.remove('video/a.json');
      expect(files.has('video/a.json')).toBe(false);
    });
  });

  it('are not reached through a link', async () => {
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'facetag-else-'));
    onTestFinished(() => {
      rmSync(elsewhere, { recursive: true, force: true });
    });
    writeFileSync(path.join(elsewhere, 'a.json'), 'theirs');
    symlinkSync(elsewhere, path.join(output, 'video'));
    await outputFolders.hold(output, async (folder) => {
      const files = await folder.openFiles();
      expect(files.read('video/a.json')).toBeUndefined();
      await expect(files.write('video/a.json', 'ours')).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    });
    expect(readFileSync(path.join(elsewhere, 'a.json'), 'utf8')).toBe('theirs');
  });
});
