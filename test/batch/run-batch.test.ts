import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { COPY_KINDS, type CopyKind } from '../../src/core/copies.js';
import type { PictureRecord } from '../../src/core/report.js';
import { Tally, type FinishedImage } from '../../src/core/summary.js';
import { FatalError, ImageError, PipeClosedError } from '../../src/errors.js';
import { runBatch, type BatchPlan, type BatchPorts } from '../../src/batch/run-batch.js';
import { Stop } from '../../src/batch/stop-switch.js';
import type { Ledger } from '../../src/ports.js';
import type { CopyFailure, ImageReport, LaneOutcome, LaneTask } from '../../src/types.js';
import { face, okRecord, runKey } from '../records.js';

const report: ImageReport = {
  width: 640,
  height: 480,
  orientation: 1,
  scale: 1,
  faces: [face()],
  source: { bytes: 100, sha256: 'c0ffee' },
};

/** A batch over fakes: nothing here touches a disk or a process. */
function batch(images: readonly string[], over: Over = {}) {
  const records = new Map<string, { record: PictureRecord; mtimeMs: number }>();
  for (const record of over.stored ?? []) records.set(record.image, { record, mtimeMs: 5000 });
  const streamed: string[] = [];
  const tasks: LaneTask[] = [];
  const removedCopies: string[] = [];
  const finished: FinishedImage[] = [];
  const stop = new Stop();
  const lanes = {
    process: async (task: LaneTask): Promise<LaneOutcome> => {
      tasks.push(task);
      return (await over.lane?.(task, stop)) ?? { kind: 'report', report, retried: false };
    },
    stopping: () => undefined,
    kill: () => Promise.resolve(),
    close: () => Promise.resolve(),
    stats: { retried: 0, replaced: 0, peakLaneBytes: 0 },
  };
  const ledger: Ledger = {
    read: (image) => records.get(image),
    hasOtherVersion: (image) => over.otherVersion?.includes(image) ?? false,
    write: (record, mtimeMs) => {
      if (over.writeFault) return Promise.reject(over.writeFault(record.image) ?? new Error('none'));
      records.set(record.image, { record, mtimeMs: mtimeMs ?? 0 });
      return Promise.resolve();
    },
    restamp: (image, mtimeMs) => {
      const kept = records.get(image);
      if (kept) records.set(image, { ...kept, mtimeMs });
    },
    remove: (image) => records.delete(image),
    copyKinds: () => [],
    copiesOf: (kind, image) => over.copies?.(kind, image) ?? [],
    removeCopies: (kind, image, kept) => removedCopies.push([kind, image, ...kept].join(' ')),
    readCopy: () => undefined,
    writeCopy: () => Promise.resolve(),
    images: () => Promise.resolve([...records.keys()].sort()),
    publish: () => Promise.resolve(),
    vouch: () => undefined,
    survey: () => Promise.resolve(),
    changedSince: () => Promise.resolve(undefined),
    readTable: () => Readable.from([]),
    has: () => false,
    illegible: () => Promise.resolve(0),
    expect: () => undefined,
    compact: () => Promise.resolve(),
    assertInPlace: () => undefined,
  };
  const ports: BatchPorts = {
    lanes,
    files: {
      stamp: (path) => {
        const gone = over.gone?.find((image) => path.endsWith(image));
        if (gone !== undefined) throw new ImageError('UNREADABLE', 'it is not there', 'discover');
        return { bytes: 100, mtimeMs: over.mtimeMs ?? 5000 };
      },
      read: () => Promise.resolve(Buffer.alloc(0)),
      sha256: () => Promise.resolve(over.sha256 ?? 'c0ffee'),
    },
    ledger: over.noLedger ? undefined : ledger,
    stream: {
      write: (line) => {
        if (over.closedPipe) return Promise.reject(new PipeClosedError());
        streamed.push((JSON.parse(line) as PictureRecord).image);
        return Promise.resolve();
      },
    },
    shows: over.shows ?? (() => true),
    onFinished: (each) => finished.push(each),
    stop,
  };
  const plan: BatchPlan = {
    base: '/photos',
    images,
    faults: over.faults ?? new Map(),
    rules: { run: runKey, force: false, retryFailed: false },
    copies: over.wanted ?? [],
    jobs: over.jobs ?? 2,
  };
  const tally = new Tally();
  const run = () => runBatch(plan, ports, tally);
  return { run, records, streamed, tasks, tally, stop, removedCopies, finished };
}

interface Over {
  readonly stored?: readonly PictureRecord[];
  readonly lane?: (task: LaneTask, stop: Stop) => LaneOutcome | Promise<LaneOutcome>;
  readonly writeFault?: (image: string) => Error | undefined;
  readonly copies?: (kind: CopyKind, image: string) => string[];
  readonly otherVersion?: readonly string[];
  readonly gone?: readonly string[];
  readonly mtimeMs?: number;
  readonly sha256?: string;
  readonly noLedger?: boolean;
  readonly closedPipe?: boolean;
  readonly shows?: (record: PictureRecord) => boolean;
  readonly faults?: BatchPlan['faults'];
  readonly wanted?: readonly CopyKind[];
  readonly jobs?: number;
}

const many = Array.from({ length: 600 }, (_, index) => `${String(index).padStart(4, '0')}.jpg`);

describe('runBatch', () => {
  it('records every picture once and streams in input order, whatever the order of finishing', async () => {
    const slow = batch(many, {
      jobs: 4,
      lane: async (task) => {
        await sleep(Number(task.source.relativePath.slice(3, 4)) % 3);
        return { kind: 'report', report, retried: false };
      },
    });
    await slow.run();
    expect(slow.streamed).toEqual(many);
    expect([...slow.records.keys()].sort()).toEqual(many);
    expect(slow.tally).toMatchObject({ processed: 600, skipped: 0, faces: 600, failed: 0 });
  });

  it('gives up a picture that two runs in a row lost to a time-out, until it changes', async () => {
    const failure = { stage: 'decode', code: 'TIMEOUT', message: 'Took long' } as const;
    const lost: ImageReport = { width: 0, height: 0, scale: 0, faces: [], failure };
    const lane = (): LaneOutcome => ({ kind: 'report', report: lost, retried: false });
    const stored: PictureRecord[] = [];
    const taken: number[] = [];
    for (let run = 0; run < 4; run += 1) {
      const { run: go, records, tasks } = batch(['a.jpg'], { stored, lane });
      await go();
      taken.push(tasks.length);
      stored.splice(0, 1, records.get('a.jpg')!.record);
    }
    expect(taken).toEqual([1, 1, 0, 0]);
    expect(stored[0]?.error).toMatchObject({ code: 'TIMEOUT', attempts: 2 });
    const changed = batch(['a.jpg'], { stored, lane, mtimeMs: 6000, sha256: 'cafe' });
    await changed.run();
    expect(changed.tasks).toHaveLength(1);
  });

  it('has at most `jobs` pictures in flight', async () => {
    let now = 0;
    let most = 0;
    const run = batch(many.slice(0, 40), {
      jobs: 3,
      lane: async () => {
        most = Math.max(most, ++now);
        await sleep(1);
        now--;
        return { kind: 'report', report, retried: false };
      },
    });
    await run.run();
    expect(most).toBe(3);
  });

  it('keeps unchanged pictures without a lane and streams them too', async () => {
    const run = batch(['a.jpg', 'b.jpg'], { stored: [okRecord('a.jpg')] });
    await run.run();
    expect(run.tasks.map(({ source }) => source.relativePath)).toEqual(['b.jpg']);
    expect(run.streamed).toEqual(['a.jpg', 'b.jpg']);
    expect(run.tally).toMatchObject({ processed: 1, skipped: 1 });
  });

  it.each([
    ['the same bytes under a new mtime are kept and remembered', 'c0ffee', 0],
    ['other bytes are done again', 'beef', 1],
  ])('%s', async (_, sha256, tasks) => {
    const run = batch(['a.jpg'], { stored: [okRecord('a.jpg')], mtimeMs: 6000, sha256 });
    await run.run();
    expect(run.tasks).toHaveLength(tasks);
    expect(run.records.get('a.jpg')?.mtimeMs).toBe(6000);
  });

  it('makes a failed record of a picture that vanished and of a path that is no file', async () => {
    const run = batch(['a.jpg', 'b.jpg', 'c.jpg'], {
      gone: ['a.jpg'],
      faults: new Map([['c.jpg', { stage: 'discover', code: 'NOT_A_FILE', message: 'a FIFO' }]]),
    });
    await run.run();
    expect(run.records.get('a.jpg')?.record.error).toMatchObject({ code: 'UNREADABLE', stage: 'discover' });
    expect(run.records.get('c.jpg')?.record.error).toMatchObject({ code: 'NOT_A_FILE' });
    expect(run.tally.failedByCode).toEqual({ UNREADABLE: 1, NOT_A_FILE: 1 });
    expect(run.tasks).toHaveLength(1);
  });

  it("turns one path's write fault into that picture's failure", async () => {
    const run = batch(['a.jpg', 'b.jpg'], {
      writeFault: () => new ImageError('WRITE_FAILED', 'the name is too long', 'write'),
    });
    await run.run();
    expect(run.tally.failedByCode).toEqual({ WRITE_FAILED: 2 });
  });

  it("ends on the disk's fault", async () => {
    const run = batch(many, { writeFault: () => new FatalError('OUTPUT_UNUSABLE', 'no space') });
    await expect(run.run()).rejects.toThrow('no space');
    expect(run.tasks.length).toBeLessThan(10);
  });

  it('hands out nothing more after a stop and counts dropped pictures as not done', async () => {
    const run = batch(many, {
      jobs: 2,
      lane: (task, stop) => {
        if (task.source.relativePath !== many[10]) return { kind: 'report', report, retried: false };
        stop.request('SIGTERM');
        return { kind: 'dropped' };
      },
    });
    await run.run();
    expect(run.tally.done).toBeLessThanOrEqual(11);
    expect(run.records.has(many[10]!)).toBe(false);
    expect(run.streamed).toEqual([...run.records.keys()].sort());
  });

  it('stops quietly when the reader of the stream goes away', async () => {
    const run = batch(many, { closedPipe: true });
    await run.run();
    expect(run.stop.requested).toBe('closed pipe');
    expect(run.tasks.length).toBeLessThan(20);
  });

  it('streams only what --where shows, but records all', async () => {
    const run = batch(['a.jpg', 'b.jpg'], { shows: (record) => record.image === 'b.jpg' });
    await run.run();
    expect(run.streamed).toEqual(['b.jpg']);
    expect(run.records.size).toBe(2);
  });

  it('draws a missing copy again from the record', async () => {
    const run = batch(['a.jpg'], { stored: [okRecord('a.jpg')], wanted: ['annotated'] });
    await run.run();
    expect(run.tasks).toMatchObject([{ copies: ['annotated'], redraw: { faces: [{ confidence: 0.9 }] } }]);
    expect(run.tally).toMatchObject({ processed: 0, redrawn: 1 });
  });

  const noCopy: CopyFailure = {
    copy: 'annotated',
    stage: 'annotate',
    code: 'TOO_LARGE',
    message: '12 megapixels',
  };

  it.each([
    ['the lane fails', { ...report, faces: [], failure: noCopy }],
    ['the copy fails', { ...report, copyFailures: [noCopy] }],
  ])('keeps the record of a picture whose copy cannot be drawn again: %s', async (_, failed) => {
    const stored = okRecord('a.jpg');
    const run = batch(['a.jpg'], {
      stored: [stored],
      wanted: ['annotated'],
      lane: () => ({ kind: 'report', report: failed, retried: false }),
    });
    await run.run();
    expect(run.records.get('a.jpg')).toEqual({ record: stored, mtimeMs: 5000 });
    expect(run.finished).toEqual([{ record: stored, how: 'skipped', copyFailures: [noCopy] }]);
    expect(run.tally).toMatchObject({ skipped: 1, redrawn: 0, copiesFailed: 1, failed: 0 });
  });

  it('keeps what was found in a picture whose copy cannot be drawn, and no older copy', async () => {
    const run = batch(['a.jpg'], {
      wanted: ['annotated'],
      lane: () => ({ kind: 'report', report: { ...report, copyFailures: [noCopy] }, retried: false }),
    });
    await run.run();
    expect(run.records.get('a.jpg')?.record).toMatchObject({ status: 'ok', faces: [{}] });
    expect(run.removedCopies).toEqual(COPY_KINDS.map((kind) => `${kind} a.jpg`));
    expect(run.tally).toMatchObject({ processed: 1, copiesFailed: 1, failed: 0 });
  });

  it('removes a copy that a new record outdates', async () => {
    const run = batch(['a.jpg'], {
      stored: [okRecord('a.jpg')],
      sha256: 'beef',
      mtimeMs: 6000,
    });
    await run.run();
    expect(run.removedCopies).toEqual(COPY_KINDS.map((kind) => `${kind} a.jpg`));
  });

  it('draws again only the kinds that are missing, incomplete or too many', async () => {
    const files: Record<CopyKind, string[]> = {
      annotated: ['annotated/a.jpg'],
      blurred: [],
      crops: ['crops/a.jpg/0.jpg', 'crops/a.jpg/1.jpg'],
    };
    const run = batch(['a.jpg'], {
      stored: [okRecord('a.jpg')],
      wanted: COPY_KINDS,
      copies: (kind) => files[kind],
    });
    await run.run();
    expect(run.tasks).toMatchObject([{ copies: ['crops', 'blurred'] }]);
    expect(run.removedCopies).toEqual(['crops a.jpg crops/a.jpg/0.jpg', 'blurred a.jpg blurred/a.jpg']);
  });

  it('counts what is redone because its record is in another version of the format', async () => {
    const run = batch(['a.jpg', 'b.jpg', 'c.jpg'], {
      stored: [okRecord('a.jpg')],
      otherVersion: ['b.jpg', 'a.jpg'],
    });
    await run.run();
    expect(run.tally).toMatchObject({ processed: 2, skipped: 1, reformatted: 1 });
  });

  it('works without an output folder', async () => {
    const run = batch(['a.jpg'], { noLedger: true });
    await run.run();
    expect(run.streamed).toEqual(['a.jpg']);
    expect(run.tally.processed).toBe(1);
  });
});
