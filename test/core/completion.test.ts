import { describe, expect, it } from 'vitest';
import {
  begin,
  finish,
  formatCompletion,
  NOTHING_BEGUN,
  parseCompletion,
  stop,
  type Completion,
  type Request,
} from '../../src/core/completion.js';

const photos: Request = { paths: ['../photos'], filters: [] };
const share: Request = { ...photos, shard: { index: 2, count: 3 } };
const totals = { done: 5, failed: 1, faces: 7 };
const run = { pack: 'compact', models: 'sha256:1', settings: 'sha256:2', engine: 'opencv' } as const;
const beginRun = (completion: Completion, request: Request): Completion => begin(completion, request, run);
const finishRun = (completion: Completion, request: Request): Completion =>
  finish(completion, request, run, totals);

describe('a run', () => {
  it('is unfinished from its beginning to its end', () => {
    const begun = beginRun(NOTHING_BEGUN, photos);
    expect(begun.unfinished).toEqual([{ ...photos, run }]);
    expect(finishRun(begun, photos)).toEqual(NOTHING_BEGUN);
  });

  it('of a share leaves the share with its counts, also when it is repeated', () => {
    const once = finishRun(beginRun(NOTHING_BEGUN, share), share);
    expect(once).toEqual({
      shares: [{ index: 2, count: 3, pictures: 5, failed: 1, faces: 7, filters: [], run }],
      unfinished: [],
    });
    const again = beginRun(once, share);
    expect(again).toEqual({ shares: [], unfinished: [{ ...share, run }] });
    expect(finishRun(again, share)).toEqual(once);
  });

  it('that was stopped is finished only by one that takes all of it', () => {
    const stopped = beginRun(NOTHING_BEGUN, photos);
    const after = (request: Request): readonly Request[] =>
      finishRun(beginRun(stopped, request), request).unfinished.map(({ paths, filters }) => ({
        paths,
        filters,
      }));
    expect(after(photos)).toEqual([]);
    expect(after({ paths: ['..'], filters: [] })).toEqual([]);
    expect(after({ paths: ['../iphone', '../photos'], filters: [] })).toEqual([]);
    expect(after({ paths: ['../photos/a'], filters: [] })).toEqual([photos]);
    expect(after({ paths: ['../photos2'], filters: [] })).toEqual([photos]);
    expect(after({ paths: ['.'], filters: [] })).toEqual([photos]);
    expect(after({ ...photos, filters: ['--ignore raw'] })).toEqual([photos]);
    expect(after(share)).toEqual([photos]);
  });

  it('that ends early says why and how far it came, until it is run again', () => {
    const stopped = { by: 'SIGTERM', pictures: 40, done: 12 } as const;
    const ended = stop(beginRun(beginRun(NOTHING_BEGUN, photos), share), stopped);
    expect(ended.unfinished).toEqual([
      { ...photos, run },
      { ...share, run, stopped },
    ]);
    expect(beginRun(ended, share).unfinished).toEqual([
      { ...photos, run },
      { ...share, run },
    ]);
  });

  it('over everything finishes a share that was stopped', () => {
    expect(finishRun(beginRun(beginRun(NOTHING_BEGUN, share), photos), photos)).toEqual(NOTHING_BEGUN);
  });
});

describe('completion.json', () => {
  it('is read as it was written, and needed only where there is something to say', () => {
    expect(formatCompletion(NOTHING_BEGUN)).toBeUndefined();
    const completion = beginRun(finishRun(NOTHING_BEGUN, share), photos);
    expect(parseCompletion(formatCompletion(completion) ?? '')).toEqual(completion);
    const stopped = stop(completion, { by: 'LANES_FAILING', done: 0 });
    expect(parseCompletion(formatCompletion(stopped) ?? '')).toEqual(stopped);
  });

  it('of facetag 0.1.0, which told less, is read too', () => {
    const shares = [{ index: 2, count: 3, pictures: 5, failed: 1, faces: 7 }];
    const older = { schemaVersion: 1, complete: false, shares, unfinished: [share] };
    expect(parseCompletion(JSON.stringify(older))).toEqual({ shares, unfinished: [share] });
  });

  it.each([
    '',
    'null',
    '{"schemaVersion":2,"shares":[],"unfinished":[]}',
    '{"schemaVersion":1,"shares":{},"unfinished":[]}',
    '{"schemaVersion":1,"shares":[{"index":4,"count":3,"pictures":1,"failed":0,"faces":0}],"unfinished":[]}',
    '{"schemaVersion":1,"shares":[],"unfinished":[{"paths":[1],"filters":[]}]}',
    '{"schemaVersion":1,"shares":[],"unfinished":[null]}',
    '{"schemaVersion":1,"shares":[],"unfinished":[{"paths":[],"filters":[],"run":{"pack":"compact"}}]}',
    '{"schemaVersion":1,"shares":[],"unfinished":[{"paths":[],"filters":[],"stopped":{"by":"SIGTERM"}}]}',
    '{"schemaVersion":1,"shares":[{"index":1,"count":3,"pictures":1,"failed":0,"faces":0,"run":{}}],"unfinished":[]}',
  ])('is refused when it is not ours: %j', (text) => {
    expect(parseCompletion(text)).toBeUndefined();
  });
});
