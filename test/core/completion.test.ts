import { describe, expect, it } from 'vitest';
import {
  begin,
  finish,
  formatCompletion,
  NOTHING_BEGUN,
  parseCompletion,
  type Request,
} from '../../src/core/completion.js';

const photos: Request = { paths: ['../photos'], filters: [] };
const share: Request = { ...photos, shard: { index: 2, count: 3 } };
const totals = { done: 5, failed: 1, faces: 7 };

describe('a run', () => {
  it('is unfinished from its beginning to its end', () => {
    const begun = begin(NOTHING_BEGUN, photos);
    expect(begun.unfinished).toEqual([photos]);
    expect(finish(begun, photos, totals)).toEqual(NOTHING_BEGUN);
  });

  it('of a share leaves the share with its counts, also when it is repeated', () => {
    const once = finish(begin(NOTHING_BEGUN, share), share, totals);
    expect(once).toEqual({
      shares: [{ index: 2, count: 3, pictures: 5, failed: 1, faces: 7 }],
      unfinished: [],
    });
    const again = begin(once, share);
    expect(again).toEqual({ shares: [], unfinished: [share] });
    expect(finish(again, share, totals)).toEqual(once);
  });

  it('that was stopped is finished only by one that takes all of it', () => {
    const stopped = begin(NOTHING_BEGUN, photos);
    const after = (request: Request): readonly Request[] =>
      finish(begin(stopped, request), request, totals).unfinished;
    expect(after(photos)).toEqual([]);
    expect(after({ paths: ['..'], filters: [] })).toEqual([]);
    expect(after({ paths: ['../iphone', '../photos'], filters: [] })).toEqual([]);
    expect(after({ paths: ['../photos/a'], filters: [] })).toEqual([photos]);
    expect(after({ paths: ['../photos2'], filters: [] })).toEqual([photos]);
    expect(after({ paths: ['.'], filters: [] })).toEqual([photos]);
    expect(after({ ...photos, filters: ['--ignore raw'] })).toEqual([photos]);
    expect(after(share)).toEqual([photos]);
  });

  it('over everything finishes a share that was stopped', () => {
    expect(finish(begin(begin(NOTHING_BEGUN, share), photos), photos, totals)).toEqual(NOTHING_BEGUN);
  });
});

describe('completion.json', () => {
  it('is read as it was written, and needed only where there is something to say', () => {
    expect(formatCompletion(NOTHING_BEGUN)).toBeUndefined();
    const completion = begin(finish(NOTHING_BEGUN, share, totals), photos);
    expect(parseCompletion(formatCompletion(completion) ?? '')).toEqual(completion);
  });

  it.each([
    '',
    'null',
    '{"schemaVersion":2,"shares":[],"unfinished":[]}',
    '{"schemaVersion":1,"shares":{},"unfinished":[]}',
    '{"schemaVersion":1,"shares":[{"index":4,"count":3,"pictures":1,"failed":0,"faces":0}],"unfinished":[]}',
    '{"schemaVersion":1,"shares":[],"unfinished":[{"paths":[1],"filters":[]}]}',
    '{"schemaVersion":1,"shares":[],"unfinished":[null]}',
  ])('is refused when it is not ours: %j', (text) => {
    expect(parseCompletion(text)).toBeUndefined();
  });
});
