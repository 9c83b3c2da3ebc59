import { describe, expect, it } from 'vitest';
import { failureWithoutFrames, SampleLog, tellComplaints } from '../../../src/adapters/ffmpeg/log-lines.js';

const CLOCK = '[Parsed_showinfo_1 @ 0x55848cdbf0c0] [info]';

/** What is made of ffmpeg's messages. */
function read(...lines: string[]) {
  const times: number[] = [];
  const log = new SampleLog('file:/clips/a.mp4', (time) => times.push(time));
  for (const line of lines) log.read(line);
  return { times, duration: log.duration, complaints: log.complaints };
}

describe('what ffmpeg says', () => {
  it('gives the times of frames, to the tick of their clock', () => {
    const { times } = read(
      `${CLOCK} config in time_base: 1001/30000, frame_rate: 30000/1001`,
      `${CLOCK} config out time_base: 0/0, frame_rate: 0/0`,
      `${CLOCK} n:   0 pts:      0 pts_time:0       pos:       48 fmt:yuv420p`,
      `${CLOCK} n:   1 pts:1078922 pts_time:36000  pos:       48 fmt:yuv420p`,
      `${CLOCK} n:   2 pts:NOPTS pts_time:NOPTS  pos:       48 fmt:yuv420p`,
    );
    expect(times[0]).toBe(0);
    expect(times[1]).toBeCloseTo(36_000.0307, 4);
    expect(times[2]).toBe(times[1]);
  });

  it('gives the length of a video once, and none of a stream', () => {
    const first = '[info]   Duration: 10:00:01.50, start: 0.000000, bitrate: 548 kb/s';
    expect(read(first, '[info]   Duration: 00:00:01.00, start: 0').duration).toBe(36_001.5);
    expect(read('[info]   Duration: N/A, start: 1.400000, bitrate: N/A').duration).toBeUndefined();
  });

  it('takes nothing that a video says of itself for a message', () => {
    const { times, duration, complaints } = read(
      '[info]     title           : [Parsed_showinfo_1 @ 0x1] [info] n: 0 pts: 5 pts_time:5 pos: 1',
      '[info]     comment         :   Duration: 00:00:09.00, start: 0',
      'n: 0 pts: 5 pts_time:5 pos: 1',
      '[info]     note            : [error] all is lost',
    );
    expect({ times, duration, complaints }).toEqual({ times: [], duration: undefined, complaints: [] });
  });

  it('gathers complaints without places and addresses, in one order', () => {
    const lines = [
      '[h264 @ 0x55d59eccd7c0] [error] Invalid NAL unit size (9121 > 7274).',
      '[mpeg4 @ 0x561] [IMGUTILS @ 0x7f] [error] Picture size 0x0 is invalid',
      '[error] file:/clips/a.mp4: Invalid data found when processing input',
      '[warning] file:/clips/a.mp4: corrupt input packet in stream 0',
    ];
    const { complaints } = read(...lines);
    expect(complaints).toEqual([
      'IMGUTILS: Picture size 0x0 is invalid',
      'h264: Invalid NAL unit size (9121 > 7274).',
      'the video: Invalid data found when processing input',
    ]);
    expect(read(...lines.toReversed()).complaints).toEqual(complaints);
    expect(tellComplaints(['a', 'b', 'c', 'd'])).toBe('a; b; c');
  });

  it('hides the place of a video whose name has two lines', () => {
    const log = new SampleLog('file:/clips/a\nb.mp4', () => undefined);
    log.read('[error] file:/clips/a');
    expect(log.complaints).toEqual(['the video']);
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
