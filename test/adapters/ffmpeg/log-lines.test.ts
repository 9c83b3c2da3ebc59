import { describe, expect, it } from 'vitest';
import {
  Complaints,
  failureWithoutFrames,
  tellComplaints,
  timeOf,
} from '../../../src/adapters/ffmpeg/log-lines.js';

const URL = 'file:/clips/a.mp4';

/** What is made of ffmpeg's errors, whatever pieces they come in. */
function read(text: string, url = URL, piece = text.length): readonly string[] {
  const complaints = new Complaints(url);
  for (let at = 0; at < text.length; at += piece) complaints.read(text.slice(at, at + piece));
  complaints.end();
  return complaints.all;
}

describe('the times of frames', () => {
  it('are read to the tick of their clock', () => {
    expect(timeOf('frame:0    pts:0       pts_time:0', 7)).toBe(0);
    expect(timeOf('frame:1    pts:36000030733333 pts_time:36000', 7)).toBe(36_000.030733333);
    expect(timeOf('frame:2    pts:-5      pts_time:-5e-09', 7)).toBe(0);
  });

  it('are those of the frame before where a frame has none', () => {
    expect(timeOf('frame:3    pts:NOPTS   pts_time:NOPTS', 7)).toBe(7);
  });

  it('stand in lines of their own', () => {
    expect(timeOf('sampled=1', 7)).toBeUndefined();
  });
});

describe('what ffmpeg complains of', () => {
  it('is gathered without places and addresses, in one order', () => {
    const lines = [
      '[h264 @ 0x55d59eccd7c0] [error] Invalid NAL unit size (9121 > 7274).',
      '[mpeg4 @ 0x561] [IMGUTILS @ 0x7f] [error] Picture size 0x0 is invalid',
      '[error] file:/clips/a.mp4: Invalid data found when processing input',
    ];
    const complaints = read(lines.join('\n'));
    expect(complaints).toEqual([
      'IMGUTILS: Picture size 0x0 is invalid',
      'h264: Invalid NAL unit size (9121 > 7274).',
      'the video: Invalid data found when processing input',
    ]);
    expect(read(lines.toReversed().join('\n'))).toEqual(complaints);
    expect(tellComplaints(['a', 'b', 'c', 'd'])).toBe('a; b; c');
  });

  it.each([1, 7, 1000])('never comes from a name of several lines, in pieces of %i', (piece) => {
    const url = 'file:/clips/a\n[error] max pixel count\u0001\n[.mp4';
    const logged = url.replace('\u0001', '?');
    const text = `[error] ${logged}: Invalid data\n[h264 @ 0x5] [error] no frame!\n[error] ${logged}: End of file\n`;
    expect(read(text, url, piece)).toEqual([
      'h264: no frame!',
      'the video: End of file',
      'the video: Invalid data',
    ]);
  });

  it.each([
    ["Stream map '0:V:0' matches no streams.", 'NO_VIDEO_STREAM'],
    ['the video: Permission denied', 'UNREADABLE'],
    ['the video: Server returned 404 Not Found', 'UNREADABLE'],
    ["hls: Format not on whitelist 'mov'", 'NOT_A_VIDEO'],
    ['IMGUTILS: Picture size 640x360 exceeds specified max pixel count 1000', 'TOO_LARGE'],
    ['mov,mp4: moov atom not found', 'NOT_A_VIDEO'],
  ])('%s is %s', (complaint, code) => {
    expect(failureWithoutFrames([complaint]).code).toBe(code);
  });
});
