import { describe, expect, it } from 'vitest';
import type { VideoFailureCode } from '../../src/core/video-failures.js';
import { clipPath, videoOutputPath, videoRecordPath } from '../../src/core/video-paths.js';
import {
  decideVideo,
  formatVideoRecord,
  parseVideoRecord,
  type VideoRecord,
} from '../../src/video/video-record.js';
import { runKey } from '../records.js';

const whole: VideoRecord = {
  video: 'a/b.mp4',
  status: 'ok',
  width: 640,
  height: 360,
  duration: 20.04,
  frames: 20,
  analysed: 4,
  faces: 15,
  tracks: 3,
  source: { bytes: 100, sha256: 'c0ffee' },
  sampling: { every: 1, diff: 0.02 },
  run: runKey,
};

const failed = (code: VideoFailureCode): VideoRecord => ({
  ...whole,
  status: 'failed',
  error: { code, message: 'because' },
});

describe('the record of a video', () => {
  it('can be read back', () => {
    expect(parseVideoRecord(formatVideoRecord(whole), 'a/b.mp4')).toMatchObject(whole);
    const stream = { ...failed('STALLED'), duration: undefined, source: undefined };
    expect(parseVideoRecord(formatVideoRecord(stream), 'a/b.mp4')).toMatchObject({
      status: 'failed',
      error: stream.error,
    });
  });

  it.each([
    ['of another video', formatVideoRecord({ ...whole, video: 'c.mp4' })],
    ['of another version', formatVideoRecord(whole).replace('"schemaVersion": 1', '"schemaVersion": 9')],
    ['that is cut off', formatVideoRecord(whole).slice(0, -10)],
    ['with an unknown status', formatVideoRecord(whole).replace('"ok"', '"fine"')],
    ['with an unknown code', formatVideoRecord(failed('DAMAGED')).replace('DAMAGED', 'BROKEN')],
    ['without counts', formatVideoRecord(whole).replace('"frames": 20', '"frames": null')],
    ['that is no object', 'null'],
  ])('is none %s', (_, text) => {
    expect(parseVideoRecord(text, 'a/b.mp4')).toBeUndefined();
  });
});

describe('whether a video is read again', () => {
  const rules = { sampling: { every: 1, diff: 0.02 }, run: runKey, force: false, retryFailed: false };
  const stamp = { bytes: 100, mtimeMs: 5 };

  it.each([
    ['not when nothing has changed', whole, stamp, {}, 'skip'],
    ['perhaps, with another mtime', whole, { bytes: 100, mtimeMs: 6 }, {}, 'hash'],
    ['with another size', whole, { bytes: 101, mtimeMs: 5 }, {}, 'process'],
    ['with --force', whole, stamp, { force: true }, 'process'],
    ['sampled otherwise', whole, stamp, { sampling: { every: 2, diff: 0.02 } }, 'process'],
    ['with another threshold', whole, stamp, { sampling: { every: 1, diff: 0 } }, 'process'],
    ['with other settings', whole, stamp, { run: { ...runKey, settings: 'sha256:cc' } }, 'process'],
    ['not when its content is at fault', failed('DAMAGED'), stamp, {}, 'skip'],
    ['unless that is asked for', failed('DAMAGED'), stamp, { retryFailed: true }, 'process'],
    ['when its fault may pass', failed('CRASHED'), stamp, {}, 'process'],
  ] as const)('%s', (_, record, source, over, decision) => {
    expect(decideVideo(record, 5, source, { ...rules, ...over })).toBe(decision);
  });
});

describe('where the results of a video are', () => {
  it('mirrors its folder', () => {
    expect(videoOutputPath('tracks', 'a/b.mp4')).toBe('video/a/b.mp4.tracks.json');
    expect(videoRecordPath('a/b.mp4')).toBe('video/a/b.mp4.json');
    expect(clipPath('a/b.mov')).toBe('annotated/a/b.mov.mp4');
  });

  it.each(['../b.mp4', '/b.mp4', 'a//b.mp4', ''])('never leaves the output folder: %j', (name) => {
    expect(() => videoRecordPath(name)).toThrow('would leave the output folder');
  });
});
