import { describe, expect, it } from 'vitest';
import { toFaceRecord } from '../../src/core/report.js';
import { scriptEvents, scriptHead } from '../../src/video/annotation-script.js';
import {
  formatCue,
  formatFrameLine,
  formatFrameRows,
  formatMot,
  FRAMES_CSV_HEADER,
  type FrameRecord,
} from '../../src/video/format-frame.js';
import { clockTime, seconds } from '../../src/video/seconds.js';
import { face } from '../records.js';

const record = (over: Partial<FrameRecord> = {}): FrameRecord => ({
  frame: 3,
  time: 2.002,
  analysed: true,
  faces: [{ track: 5, face: toFaceRecord(face()) }],
  ...over,
});

describe('times', () => {
  it.each([
    [0, '0.000', '00:00:00.000'],
    [1.0005, '1.000', '00:00:01.001'],
    [59.9996, '60.000', '00:01:00.000'],
    [36_000.04, '36000.040', '10:00:00.040'],
    [400_000, '400000.000', '111:06:40.000'],
  ])('%d s', (time, plain, clock) => {
    expect(seconds(time)).toBe(plain);
    expect(clockTime(time)).toBe(clock);
  });
});

describe('a frame', () => {
  it('is a line of JSON, with fixed decimals', () => {
    const line = formatFrameLine(record({ time: 2 }));
    expect(line).toMatch(
      /^\{"frame":3,"time":2\.000,"analysed":true,"faces":\[\{"track":5,"bbox":.*\}\]\}\n$/,
    );
    expect(JSON.parse(line)).toMatchObject({
      time: 2,
      faces: [{ bbox: [10, 20, 40, 60], gender: 'Female' }],
    });
    expect(formatFrameLine(record({ faces: [], error: 'TIMEOUT' }))).toContain(
      '"faces":[],"error":"TIMEOUT"}',
    );
  });

  it('has a row for each face, and one without any', () => {
    const columns = FRAMES_CSV_HEADER.trimEnd().split(',').length;
    const [row = ''] = formatFrameRows('=a.mp4', record(), 'safe').split('\r\n');
    expect(row).toMatch(/^\.\/=a\.mp4,3,2\.002,true,5,10,20,40,60,0\.9,Female,0\.8,\(25-32\),,27\.3,,,,$/);
    expect(row.split(',')).toHaveLength(columns);
    const empty = formatFrameRows('a.mp4', record({ faces: [], error: 'CRASHED' }), 'exact').trimEnd();
    expect(empty).toMatch(/^a\.mp4,3,2\.002,true,,+CRASHED$/);
    expect(empty.split(',')).toHaveLength(columns);
  });

  it('has a line of MOT for each face', () => {
    expect(formatMot(record())).toBe('3,5,10,20,40,60,0.9,-1,-1,-1\n');
    expect(formatMot(record({ faces: [] }))).toBe('');
  });

  it('is a cue with one line of JSON', () => {
    const [empty, times, payload = '', end] = formatCue(record(), 3.003).split('\n');
    expect([empty, times, end]).toEqual(['', '00:00:02.002 --> 00:00:03.003', '']);
    expect(JSON.parse(payload)).toMatchObject({ frame: 3, faces: [{ track: 5, age: '(25-32)' }] });
  });
});

describe('the script that is drawn', () => {
  const size = { width: 640, height: 360 };

  it('knows the size of the frame', () => {
    expect(scriptHead(size)).toMatch(/PlayResX: 640\nPlayResY: 360\n/);
  });

  it('has a box and a label for each face, from its time on and no later', () => {
    const [box = '', label = ''] = scriptEvents(record({ time: 2.009 }), 3.019, size).split('\n');
    expect(box).toContain('Dialogue: 0,00:00:02.00,00:00:03.01,box,');
    expect(box).toContain('\\pos(10,20)\\3c&H009FE6&\\p1}m 0 0 l 40 0 40 60 0 60');
    expect(label).toMatch(/#5 Female 80 %, 27 years$/);
  });

  it.each([
    ['above the face', [300, 200, 50, 60], '\\pos(302,194)'],
    ['below it where it is at the upper edge', [300, 5, 50, 60], '\\pos(302,89)'],
    ['inside where the face fills the frame', [300, 0, 50, 360], '\\pos(302,24)'],
    ['not beyond the right edge', [600, 200, 40, 60], '\\pos(429,194)'],
  ] as const)('puts the label %s', (_, bbox, place) => {
    const faces = [{ track: 1, face: { ...toFaceRecord(face()), bbox } }];
    expect(scriptEvents(record({ faces }), 3, size)).toContain(place);
  });
});
