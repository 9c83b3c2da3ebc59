import { describe, expect, it } from 'vitest';
import { toFaceRecord, type FaceRecord } from '../../src/core/report.js';
import { formatTracks } from '../../src/video/format-tracks.js';
import { Tracks } from '../../src/video/tracks.js';
import { TrackTally, trimmedMean } from '../../src/video/track-tally.js';
import { face } from '../records.js';

const looks = (over: Partial<FaceRecord> = {}): FaceRecord => ({ ...toFaceRecord(face()), ...over });

const SEEN = { analysed: true, isCut: false };
const CARRIED = { analysed: false, isCut: false };

describe('the mean of ages', () => {
  it('leaves out a tenth at each end, from ten values on', () => {
    expect(trimmedMean([20, 30])).toBe(25);
    expect(trimmedMean([1, 2, 3, 4, 5, 6, 7, 8, 99])).toBe(15);
    expect(trimmedMean([99, 2, 3, 4, 5, 6, 7, 8, 9, -50])).toBe(5.5);
  });
});

describe('what is said of a track', () => {
  it('counts frames, and looks alone for what is said', () => {
    const tally = new TrackTally(7, 1);
    tally.add(1, looks({ confidence: 0.7 }), true);
    tally.add(2, looks({ ageYears: 99, gender: 'Male' }), false);
    tally.add(3, looks({ confidence: 0.9, ageYears: 32.1 }), true);
    expect(tally.record).toEqual({
      track: 7,
      first: 1,
      last: 3,
      frames: 3,
      analysed: 2,
      confidence: 0.9,
      said: { gender: 'Female', genderShare: 1, age: '(25-32)', ageShare: 1, ageYears: 29.7 },
    });
  });

  it('takes a vote on labels, the first of the table where it is a draw', () => {
    const tally = new TrackTally(1, 0);
    for (const gender of ['Female', 'Male', 'Male', 'Female'] as const) tally.add(0, looks({ gender }), true);
    expect(tally.record.said).toMatchObject({ gender: 'Male', genderShare: 0.5 });
  });

  it('lets years decide the group, and a vote where a pack gives none', () => {
    const young = new TrackTally(1, 0);
    for (const ageYears of [10, 10, 40]) young.add(0, looks({ ageYears, age: '(8-12)' }), true);
    expect(young.record.said).toMatchObject({ ageYears: 20, age: '(15-20)', ageShare: 0 });
    const { gender, genderConfidence, bbox, confidence } = looks();
    const without = { gender, genderConfidence, bbox, confidence };
    const grouped = new TrackTally(1, 0);
    for (const age of ['(4-6)', '(4-6)', '(0-2)'] as const) grouped.add(0, { ...without, age }, true);
    expect(grouped.record.said).toMatchObject({ age: '(4-6)', ageShare: 0.6667 });
    expect(grouped.record.said).not.toHaveProperty('ageYears');
  });
});

describe('the tracks of a video', () => {
  it('are one line each, in the order in which they begin', () => {
    const tracks = new Tracks();
    tracks.add(0, [looks({ bbox: [0, 0, 50, 50] }), looks({ bbox: [200, 0, 50, 50] })], SEEN);
    tracks.add(1, [looks({ bbox: [0, 0, 50, 50] })], SEEN);
    for (const time of [2, 3, 4]) tracks.add(time, [], SEEN);
    tracks.add(5, [looks({ bbox: [0, 0, 50, 50] })], SEEN);
    expect(tracks.count).toBe(3);
    const text = [...formatTracks('a "b".mp4', tracks.end())].join('');
    const { video, tracks: read } = JSON.parse(text) as { video: string; tracks: object[] };
    expect(video).toBe('a "b".mp4');
    expect(read).toMatchObject([
      { track: 1, first: 0, last: 1, frames: 2 },
      { track: 2, first: 0, last: 0, frames: 1 },
      { track: 3, first: 5, last: 5, frames: 1 },
    ]);
    expect(text.split('\n')[1]).toMatch(/^\{"track":1,"first":0\.000,"last":1\.000,"frames":2,/);
    expect([...formatTracks('a', [])].join('')).toBe('{"schemaVersion":1,"video":"a","tracks":[]}\n');
  });

  it('go on through frames that are carried over', () => {
    const tracks = new Tracks();
    const [first] = tracks.add(0, [looks()], SEEN);
    expect(tracks.add(1, [looks()], CARRIED)).toEqual([first]);
    expect(JSON.parse(tracks.end()[0] ?? '')).toMatchObject({ frames: 2, analysed: 1, last: 1 });
  });
});
