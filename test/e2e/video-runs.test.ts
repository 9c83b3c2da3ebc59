import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contents, facetag, temporaryFolder, type Ran } from './cli.js';
import { ffmpeg, hasFfmpeg, still } from './clips.js';

let made: string;
let cwd: string;

const at = (...names: string[]): string => path.join(cwd, ...names);
const video = (...args: string[]): Promise<Ran> => facetag(['video', ...args], { cwd });

describe.skipIf(!hasFfmpeg)('runs of facetag video over folders (needs ffmpeg)', () => {
  beforeAll(() => {
    made = mkdtempSync(path.join(tmpdir(), 'facetag-runs-'));
    mkdirSync(path.join(made, 'clips/b'), { recursive: true });
    still(path.join(made, 'clips/a.mp4'));
    still(path.join(made, 'clips/b/c.mp4'), 'camera.png');
  });

  afterAll(() => {
    rmSync(made, { recursive: true, force: true });
  });

  beforeEach(() => {
    cwd = temporaryFolder();
    cpSync(made, cwd, { recursive: true, preserveTimestamps: true });
  });

  it('takes the videos of a list, and streams among them as such', async () => {
    writeFileSync(at('list'), 'clips/b/c.mp4\nclips/gone.mp4\n');
    const { code, stderr } = await video('--files-from', 'list', '-o', 'out', '--base', 'clips');
    expect(stderr).toContain('failed gone.mp4: UNREADABLE');
    expect(code).toBe(1);
    expect([...contents(at('out')).keys()].filter((file) => file.endsWith('c.mp4.json'))).toEqual([
      'video/b/c.mp4.json',
    ]);
    const ended = await facetag(['video', '--files-from', '-', '-0', '-o', 'two', '--base', 'clips'], {
      cwd,
      input: 'clips/b/c.mp4\0',
    });
    expect(ended.code).toBe(0);
    expect((await video('-0', 'clips', '-o', 'out')).stderr).toContain('Expected --files-from for --null');
    writeFileSync(at('urls'), 'http://127.0.0.1:1/a.ts\n');
    const stream = await video('--files-from', 'urls', '-o', 'three');
    expect(stream.stderr).toMatch(/failed streams\/127\.0\.0\.1-1\/a\.ts-[\da-f]{8}: UNREADABLE/);
  });

  it('says what it would do, changes nothing, and does it', async () => {
    const fresh = await video('clips', '-o', 'out', '-n');
    expect(fresh).toMatchObject({ code: 0, stdout: 'read\ta.mp4\nread\tb/c.mp4\n' });
    expect(existsSync(at('out'))).toBe(false);

    expect((await video('clips/a.mp4', '--base', 'clips', '-o', 'out')).code).toBe(0);
    rmSync(at('clips/a.mp4'));
    const before = contents(at('out'));
    const foreseen = await video('clips', '-o', 'out', '-n', '--prune');
    expect(foreseen.stdout).toBe('read\tb/c.mp4\nprune\ta.mp4\n');
    expect(contents(at('out'))).toEqual(before);

    const done = await video('clips', '-o', 'out', '--prune', '--summary', 'totals.json');
    expect(done).toMatchObject({ code: 0 });
    expect([...contents(at('out/video')).keys()].filter((file) => file.includes('a.mp4'))).toEqual([]);
    const totals = JSON.parse(readFileSync(at('totals.json'), 'utf8')) as object;
    expect(totals).toMatchObject({
      schemaVersion: 1,
      videos: 1,
      processed: 1,
      pruned: 1,
      notPruned: 0,
      exitCode: 0,
    });
    expect((await video('clips', '-o', 'out', '-n')).stdout).toBe('skip\tb/c.mp4\n');
  });

  it('foresees that a video whose time alone has changed is skipped', async () => {
    expect((await video('clips/a.mp4', '-o', 'out')).code).toBe(0);
    const { mtime } = statSync(at('out/video/a.mp4.json'));
    utimesSync(at('clips/a.mp4'), 1e9, 1e9);
    expect((await video('clips/a.mp4', '-o', 'out', '-n')).stdout).toBe('skip\ta.mp4\n');
    expect(statSync(at('out/video/a.mp4.json')).mtime).toEqual(mtime);
  });

  it('reads an empty file once, and counts what is unchanged', async () => {
    writeFileSync(at('clips/empty.mp4'), '');
    const totals = async (): Promise<object> => {
      await video('clips', '-o', 'out', '--summary', 'totals.json');
      return JSON.parse(readFileSync(at('totals.json'), 'utf8')) as object;
    };
    const counts = { failed: 1, frames: 2, analysed: 2, tracks: 2 };
    expect(await totals()).toMatchObject({ processed: 3, skipped: 0, ...counts });
    expect(await totals()).toMatchObject({ processed: 0, skipped: 3, ...counts });
    writeFileSync(at('clips/empty.mp4'), 'hello');
    expect((await video('clips', '-o', 'out')).stderr).toContain('failed empty.mp4: NOT_A_VIDEO');
  });

  it('takes a face that stands still for one, however far apart the frames of the video are', async () => {
    ffmpeg(
      '-i',
      at('clips/a.mp4'),
      '-vf',
      'setpts=N*5/TB',
      '-frames:v',
      '6',
      '-fps_mode',
      'vfr',
      at('lapse.mp4'),
    );
    expect((await video('lapse.mp4', '-o', 'out', '--every', '1s')).stderr).toMatch(
      /lapse\.mp4: [56] frames, 1 analysed, 1 track,/,
    );
  });

  it('prunes no results when every video is gone, unless that is meant', async () => {
    expect((await video('clips', '-o', 'out')).code).toBe(0);
    rmSync(at('clips'), { recursive: true });
    mkdirSync(at('clips'));
    const before = contents(at('out'));
    const refused = await video('clips', '-o', 'out', '--prune', '--allow-empty');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('is that disk mounted?');
    expect(contents(at('out'))).toEqual(before);
    expect((await video('clips', '-o', 'out', '--prune-all', '--allow-empty')).code).toBe(0);
    expect([...contents(at('out/video')).keys()]).toEqual([]);
  });

  it('merges the videos of several output folders as one run would have written them', async () => {
    const base = ['--base', 'clips', '-o'];
    expect((await video('clips', ...base, 'whole', '--annotate')).code).toBe(0);
    expect((await video('clips/a.mp4', ...base, 'one', '--annotate')).code).toBe(0);
    expect((await video('clips/b', ...base, 'two', '--annotate')).code).toBe(0);
    const merge = (...args: string[]): Promise<Ran> => facetag(['merge', ...args], { cwd });
    const merged = await merge('one', 'two', '-o', 'all');
    expect(merged).toMatchObject({ code: 0 });
    expect(merged.stderr).toContain('0 failed; 2 videos');
    for (const folder of ['video', 'annotated'])
      expect(contents(at('all', folder))).toEqual(contents(at('whole', folder)));
    // The records have the times of their videos: the next run has nothing to do.
    expect((await video('clips', ...base, 'all', '--annotate', '-n')).stdout).toBe(
      'skip\ta.mp4\nskip\tb/c.mp4\n',
    );

    expect((await merge('one', 'two', '-o', 'all')).code).toBe(0);
    const twice = await merge('one', 'whole', '-o', 'other');
    expect(twice.code).toBe(2);
    expect(twice.stderr).toContain('a.mp4 in one folder only');
    const stranger = await merge('one', '-o', 'all');
    expect(stranger.stderr).toContain('with b/c.mp4');
    expect(stranger.code).toBe(2);
  });
});
