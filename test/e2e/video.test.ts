import {
  chmodSync,
  copyFileSync,
  cpSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { spawn, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { VideoRecord } from '../../src/video/video-record.js';
import {
  bin,
  contents,
  facetag,
  hermetic,
  launch,
  temporaryFolder,
  until,
  type Ran,
  type Running,
} from './cli.js';
import { ffmpeg, fourScenes, hasFfmpeg, RATE, SCENE_SECONDS, soundAlone } from './clips.js';
import { eventsOf } from './outcome.js';

interface Line {
  readonly frame: number;
  readonly time: number;
  readonly analysed: boolean;
  readonly faces: readonly {
    readonly track: number;
    readonly bbox: readonly number[];
    readonly gender: string;
  }[];
}

/** Made once: clips, and what an undisturbed run says of the first. */
let made: string;
let cwd: string;

const at = (...names: string[]): string => path.join(cwd, ...names);
const textOf = (...names: string[]): string => readFileSync(at(...names), 'utf8');
const recordOf = (video: string): VideoRecord =>
  JSON.parse(textOf('out/video', `${video}.json`)) as VideoRecord;
const linesOf = (video: string): Line[] =>
  textOf('out/video', `${video}.jsonl`)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
const video = (...args: string[]): Promise<Ran> => facetag(['video', '-o', 'out', ...args], { cwd });

/** Processes of ffmpeg that have this in their command lines. */
function ffmpegsOf(word: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      return line.startsWith('ffmpeg') && line.includes(word);
    } catch {
      return false;
    }
  });
}

/** Waits until the run has frames in its work folder. */
async function atWork(run: Running): Promise<void> {
  const temporaries = at('out/.facetag-tmp');
  await until(
    () =>
      existsSync(temporaries) &&
      readdirSync(temporaries, { recursive: true }).some((name) => String(name).includes('frame-')),
    `frames are at work: ${run.stderr()}`,
  );
}

describe.skipIf(!hasFfmpeg)('facetag video (needs ffmpeg)', () => {
  beforeAll(() => {
    made = mkdtempSync(path.join(tmpdir(), 'facetag-clips-'));
    fourScenes(path.join(made, 'clip.mp4'));
    soundAlone(path.join(made, 'sound.mp4'));
    const args = [bin, 'video', 'clip.mp4', '-o', 'out'];
    const { status, stderr } = spawnSync(process.execPath, args, {
      cwd: made,
      env: hermetic(),
      encoding: 'utf8',
    });
    expect(`${status} ${stderr}`).toMatch(/^0 clip\.mp4: 20 frames, /);
  });

  afterAll(() => {
    rmSync(made, { recursive: true, force: true });
  });

  beforeEach(() => {
    cwd = temporaryFolder();
    copyFileSync(path.join(made, 'clip.mp4'), at('clip.mp4'));
    const { atime, mtime } = statSync(path.join(made, 'clip.mp4'));
    utimesSync(at('clip.mp4'), atime, mtime);
  });

  /** The results of the undisturbed run. */
  const undisturbed = (): void => {
    cpSync(path.join(made, 'out'), at('out'), { recursive: true, preserveTimestamps: true });
  };

  it('analyses a frame of each scene, and no more than a quarter of all, at their times', () => {
    undisturbed();
    const lines = linesOf('clip.mp4');
    expect(lines.map(({ frame }) => frame)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    for (const [second, { time }] of lines.entries()) expect(Math.abs(time - second)).toBeLessThan(1 / RATE);
    const analysed = lines.filter((line) => line.analysed).map(({ time }) => time);
    expect(analysed.length).toBeLessThanOrEqual(lines.length / 4);
    for (const scene of [0, 1, 2, 3]) expect(analysed).toContain(scene * SCENE_SECONDS);
  });

  it('carries faces over, and follows who is in a scene', () => {
    undisturbed();
    const lines = linesOf('clip.mp4');
    const [first, second, cut] = [lines[0], lines[1], lines[SCENE_SECONDS]];
    expect(first?.faces).toHaveLength(1);
    expect(second).toMatchObject({ analysed: false, faces: first?.faces });
    expect(cut?.faces[0]?.track).toBe(2);
    const { tracks } = JSON.parse(textOf('out/video/clip.mp4.tracks.json')) as { tracks: object[] };
    expect(tracks.slice(0, 2)).toMatchObject([
      { track: 1, first: 0, last: 4, frames: 5, analysed: 1, gender: 'Female', genderShare: 1 },
      { track: 2, first: 5, last: 9, frames: 5, analysed: 1, gender: 'Male' },
    ]);
    expect(recordOf('clip.mp4')).toMatchObject({ status: 'ok', width: 640, height: 360, duration: 20 });
  });

  it('writes tables, cues and MOT lines of the same frames', () => {
    undisturbed();
    const faces = linesOf('clip.mp4').flatMap((line) => line.faces.map((face) => ({ ...line, ...face })));
    const mot = textOf('out/video/clip.mp4.mot.txt').trimEnd().split('\n');
    expect(mot.map((line) => line.split(',').slice(0, 6).map(Number))).toEqual(
      faces.map(({ frame, track, bbox }) => [frame, track, ...bbox]),
    );
    const csv = textOf('out/video/clip.mp4.csv').trimEnd().split('\r\n');
    expect(csv[0]).toMatch(/^video,frame,time,analysed,track,x,y,w,h,confidence,gender,/);
    expect(csv.filter((row) => /^clip\.mp4,\d+,\d+\.\d{3},(true|false),\d/.test(row))).toHaveLength(
      faces.length,
    );
    const cues = textOf('out/video/clip.mp4.vtt').split('\n\n');
    expect(cues[0]).toBe('WEBVTT');
    expect(cues[1]).toMatch(/^00:00:00\.000 --> 00:00:05\.000\n\{"frame":1,"faces":\[\{"track":1,/);
  });

  it('gives the same bytes with one lane and with two, and skips what is unchanged', async () => {
    undisturbed();
    const before = contents(at('out'));
    const again = await video('clip.mp4', '-v', '--log-format', 'json');
    expect(again.code).toBe(0);
    expect(eventsOf('video-end', again.stderr)[0]).toMatchObject({ skipped: 1, processed: 0 });
    utimesSync(at('clip.mp4'), 1, 1);
    expect((await video('clip.mp4')).stderr).toContain('1 unchanged');
    expect((await video('clip.mp4', '--force', '-j', '1')).stderr).toContain('1 read');
    expect(contents(at('out'))).toEqual(before);
  });

  it('reads a video again whose settings, bytes or results have changed', async () => {
    undisturbed();
    expect((await video('clip.mp4', '--every', '5s')).stderr).toContain('1 read');
    expect(recordOf('clip.mp4')).toMatchObject({ frames: 4, sampling: { every: 5, diff: 0.02 } });
    rmSync(at('out/video/clip.mp4.vtt'));
    expect((await video('clip.mp4', '--every', '5s')).stderr).toContain('1 read');
    expect(existsSync(at('out/video/clip.mp4.vtt'))).toBe(true);
  });

  it('leaves nothing half-written when it is killed, and is done again to the same bytes', async () => {
    const run = launch(['video', 'clip.mp4', '-o', 'out', '--diff', '0'], { cwd });
    await atWork(run);
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    expect(existsSync(at('out/video'))).toBe(false);
    await until(() => ffmpegsOf(cwd).length === 0, 'ffmpeg has ended');
    expect((await video('clip.mp4')).code).toBe(0);
    const results = contents(at('out'));
    undisturbed();
    expect(results).toEqual(contents(at('out')));
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends in order on %s', async (signal, code) => {
    const run = launch(['video', 'clip.mp4', '-o', 'out', '--diff', '0'], { cwd });
    await atWork(run);
    process.kill(run.pid, signal);
    const ended = await run.ended;
    expect(ended).toMatchObject({ code, signal: null });
    expect(ended.stderr).toContain('1 not done');
    expect([...contents(at('out')).keys()]).toEqual(['facetag.json']);
    expect(ffmpegsOf(cwd)).toEqual([]);
  });

  it('keeps what can be read of a truncated video, says so, and does not try it again', async () => {
    truncateSync(at('clip.mp4'), Math.round(statSync(at('clip.mp4')).size * 0.6));
    const { code, stderr } = await video('clip.mp4');
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('only in part') as string,
    });
    expect(recordOf('clip.mp4')).toMatchObject({ status: 'partial', error: { code: 'DAMAGED' } });
    expect(JSON.stringify(recordOf('clip.mp4'))).not.toContain(cwd);
    expect(linesOf('clip.mp4').length).toBeGreaterThan(5);
    expect((await video('clip.mp4')).stderr).toContain('only in part before clip.mp4');
    expect((await video('clip.mp4', '--allow-failed')).code).toBe(0);
  });

  it('says what is wrong with what is no video, and takes the others', async () => {
    mkdirSync(at('in/deep'), { recursive: true });
    copyFileSync(path.join(made, 'sound.mp4'), at('in/sound.mp4'));
    copyFileSync(at('clip.mp4'), at('in/deep/-%d.mp4'));
    copyFileSync(at('clip.mp4'), at('in/concat:a|b\n.mp4'));
    writeFileSync(at('in/empty.mp4'), '');
    writeFileSync(at('in/text.mp4'), 'hello\n');
    writeFileSync(at('in/playlist.mp4'), `#EXTM3U\n#EXTINF:5,\nfile:${at('clip.mp4')}\n#EXT-X-ENDLIST\n`);
    writeFileSync(at('in/picture.jpg'), 'no matter');
    symlinkSync('nowhere', at('in/link.mp4'));
    spawnSync('mkfifo', [at('in/fifo.mp4')]);
    expect((await video('in', '--every', '10s')).code).toBe(1);
    const codes = readdirSync(at('out/video'), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.mp4.json'))
      .map((name) => [name.slice(0, -5), recordOf(name.slice(0, -5))] as const)
      .map(([name, { status, error }]) => [name, error?.code ?? status]);
    expect(Object.fromEntries(codes)).toEqual({
      'sound.mp4': 'NO_VIDEO_STREAM',
      'deep/-%d.mp4': 'ok',
      'concat:a|b\n.mp4': 'ok',
      'empty.mp4': 'EMPTY_FILE',
      'text.mp4': 'NOT_A_VIDEO',
      'playlist.mp4': 'NOT_A_VIDEO',
      'link.mp4': 'UNREADABLE',
      'fifo.mp4': 'NOT_A_FILE',
    });
  });

  it('gives boxes of the upright picture with square pixels, at the times of a varying rate', async () => {
    ffmpeg('-i', at('clip.mp4'), '-t', '2', '-c', 'copy', '-metadata:s:v', 'rotate=90', at('turned.mp4'));
    // Two frames a second at first, then 25.
    const select = "select='gte(t,3)+not(mod(n,12))',setsar=2";
    ffmpeg(
      '-i',
      at('clip.mp4'),
      '-t',
      '5',
      '-vf',
      select,
      '-fps_mode',
      'vfr',
      '-c:v',
      'mpeg4',
      at('wide.mp4'),
    );
    expect((await video('turned.mp4', 'wide.mp4')).code).toBe(0);
    expect(recordOf('turned.mp4')).toMatchObject({ width: 360, height: 640 });
    expect(recordOf('wide.mp4')).toMatchObject({ width: 1280, height: 360 });
    const times = linesOf('wide.mp4').map(({ time }) => time);
    expect(times).toEqual([0, 1.44, 2.4, 3, 4]);
  });

  it('writes a clip with boxes, the same bytes each time, and takes it away again', async () => {
    ffmpeg('-i', at('clip.mp4'), '-t', '2', '-c', 'copy', at('short.mp4'));
    const drawn = async (output: string): Promise<Buffer> => {
      expect((await video('short.mp4', '--annotate', '-o', output)).code).toBe(0);
      return readFileSync(at(output, 'annotated/short.mp4.mp4'));
    };
    const clip = await drawn('out');
    expect(clip.length).toBeGreaterThan(10_000);
    expect(clip.equals(await drawn('other'))).toBe(true);
    expect((await video('short.mp4', '--annotate')).stderr).toContain('1 unchanged');
    expect((await video('short.mp4', '--force')).code).toBe(0);
    expect(existsSync(at('out/annotated/short.mp4.mp4'))).toBe(false);
  });

  it('reads a stream of a web server until it ends, and lets no playlist read files', async () => {
    ffmpeg('-i', at('clip.mp4'), '-t', '3', '-c:v', 'mpeg2video', at('short.ts'));
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/live.ts')) createReadStream(at('short.ts')).pipe(response);
      else response.end(`#EXTM3U\n#EXTINF:3,\nfile:${at('short.ts')}\n#EXT-X-ENDLIST\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const host = `u:secret@127.0.0.1:${port}`;
    const ran = await video(`http://${host}/live.ts`, `http://${host}/list.m3u8`);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/live\.ts-[\da-f]{8}: 3 frames, /);
    expect(ran.stderr).toMatch(/failed .*list\.m3u8-[\da-f]{8}: NOT_A_VIDEO/);
    expect([...contents(at('out')).values()].join('') + ran.stderr).not.toContain('secret');
    const refused = await video(`http://${host}/live.ts`, '--annotate');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--annotate') as string });
  });

  it('reads a FIFO that is named, and does so each time', async () => {
    ffmpeg('-i', at('clip.mp4'), '-t', '2', '-c:v', 'mpeg2video', at('short.ts'));
    spawnSync('mkfifo', [at('fifo')]);
    for (let times = 0; times < 2; times++) {
      const writer = spawn('cp', [at('short.ts'), at('fifo')]);
      onTestFinished(() => {
        writer.kill();
      });
      expect((await video('fifo')).stderr).toContain('fifo: 2 frames');
    }
  });

  it('says how to get ffmpeg where there is none, and keeps what a crashing one gave', async () => {
    mkdirSync(at('bin'));
    const missing = await facetag(['video', 'clip.mp4', '-o', 'out'], {
      cwd,
      env: { PATH: at('bin') },
    });
    expect(missing).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('apt-get install ffmpeg') as string,
    });
    expect(existsSync(at('out/video'))).toBe(false);
    writeFileSync(
      at('bin/ffmpeg'),
      `#!/bin/sh\nPATH='${process.env['PATH'] ?? ''}'\nffmpeg "$@"\nkill -SEGV $$\n`,
    );
    chmodSync(at('bin/ffmpeg'), 0o755);
    const crashed = await facetag(['video', 'clip.mp4', '-o', 'out'], {
      cwd,
      env: { PATH: `${at('bin')}:/bin` },
    });
    expect(crashed).toMatchObject({ code: 1, stderr: expect.stringContaining('CRASHED') as string });
    expect(recordOf('clip.mp4')).toMatchObject({ status: 'partial', frames: 20 });
    expect((await video('clip.mp4')).stderr).toContain('1 read');
    expect(recordOf('clip.mp4').status).toBe('ok');
  });

  it('shares its output folder with pictures, whose commands pay no attention', async () => {
    mkdirSync(at('in'));
    copyFileSync(at('clip.mp4'), at('in/clip.mp4'));
    ffmpeg('-i', at('clip.mp4'), '-frames:v', '1', at('in/picture.png'));
    const tagged = await facetag(['in', '-o', 'out'], { cwd });
    expect(tagged).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('not read: 1 .mp4 file') as string,
    });
    expect((await video('in', '--every', '10s', '--annotate')).code).toBe(0);
    const results = contents(at('out/video'));
    expect(results.size).toBe(6);
    writeFileSync(at('labels.csv'), 'image,gender\npicture.png,Female\n');
    const after = [
      ['in', '-o', 'out', '--prune'],
      ['report', 'out'],
      ['eval', 'out', '--labels', 'labels.csv'],
      ['export', 'out', '--to', 'coco', '-o', 'coco'],
      ['merge', 'out', '-o', 'merged'],
    ];
    for (const args of after) expect(await facetag(args, { cwd })).toMatchObject({ code: 0 });
    expect(contents(at('out/video'))).toEqual(results);
    expect(existsSync(at('out/annotated/clip.mp4.mp4'))).toBe(true);
    // Results are no videos to look at.
    rmSync(at('out/json'), { recursive: true });
    expect((await video('.', '-o', 'second', '--every', '20s')).stderr).toMatch(
      /^warning: 2 folders left out: they hold results/,
    );
    expect(readdirSync(at('second/video'))).not.toContain('out');
  });

  it('refuses a folder without videos, and a link in the place of its own', async () => {
    mkdirSync(at('in'));
    expect(await video('in')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('No videos found') as string,
    });
    expect((await video('in', '--allow-empty')).code).toBe(0);
    mkdirSync(at('elsewhere'));
    symlinkSync('../elsewhere', at('out/video'));
    const refused = await video('clip.mp4', '--every', '20s');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('WRITE_FAILED') as string });
    expect(readdirSync(at('elsewhere'))).toEqual([]);
  });
});
