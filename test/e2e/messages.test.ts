import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EXPORT_KINDS } from '../../src/config.js';
import { COPY_KINDS } from '../../src/core/copies.js';
import { AGE_GROUPS, FAILURE_CODES, STAGES } from '../../src/types.js';
import { facetag, temporaryFolder } from './cli.js';
import { tapLanes } from './lane-tap.js';
import { smallPictures } from './small-pictures.js';

/* The documented schema of `--log-format json`, written down a second time: nothing may be missing or too much. */

const count = z.int().nonnegative();
const base = { time: z.iso.datetime(), level: z.enum(['error', 'warn', 'info', 'debug']) };
const image = z.string().min(1);

const people = {
  faces: count,
  females: count,
  males: count,
  ages: z.record(z.enum(AGE_GROUPS), count),
};

const summary = z.strictObject({
  schemaVersion: z.literal(1),
  output: z.string().startsWith('/').optional(),
  pictures: count,
  processed: count,
  skipped: count,
  redrawn: count,
  copiesFailed: count,
  reformatted: count,
  notDone: count,
  ...people,
  failed: count,
  failedNow: count,
  failedByCode: z.partialRecord(z.enum(FAILURE_CODES), count),
  unlisted: count,
  unread: z.record(z.string(), count),
  retried: count,
  lanesReplaced: count,
  pruned: count,
  notPruned: count,
  gone: count.optional(),
  screened: count,
  seconds: z.number().nonnegative(),
  picturesPerSecond: z.number().nonnegative(),
  peakMemory: z.strictObject({ parent: z.int().min(1e7), lane: z.int().nonnegative() }),
  stoppedBy: z.enum(['SIGINT', 'SIGTERM', 'closed pipe']).optional(),
  exitCode: count,
});

const event = z.discriminatedUnion('event', [
  z.strictObject({
    ...base,
    event: z.literal('run-start'),
    version: z.string(),
    pictures: count,
    jobs: z.int().positive(),
    pack: z.string(),
    engine: z.enum(['opencv', 'onnxruntime']),
    shard: z.strictObject({ index: count, count, from: z.string().optional() }).optional(),
    output: z.string().startsWith('/').optional(),
  }),
  z.strictObject({
    ...base,
    event: z.literal('picture-done'),
    image,
    how: z.enum(['processed', 'skipped', 'redrawn']),
    faces: count,
    people: z.array(z.string().min(1)),
    arrived: z.literal(true).optional(),
  }),
  z.strictObject({
    ...base,
    event: z.literal('picture-failed'),
    image,
    stage: z.enum(STAGES),
    code: z.enum(FAILURE_CODES),
    attempts: z.int().min(2).optional(),
    message: z.string().min(1),
    kept: z.literal(true).optional(),
  }),
  z.strictObject({
    ...base,
    event: z.literal('copy-failed'),
    image,
    copy: z.enum(COPY_KINDS),
    stage: z.enum(STAGES),
    code: z.enum(FAILURE_CODES),
    message: z.string().min(1),
  }),
  z.strictObject({ ...base, event: z.literal('screened'), image }),
  z.strictObject({
    ...base,
    event: z.literal('gate-missed'),
    figure: z.string().min(1),
    bound: z.enum(['min', 'max']),
    limit: z.number().nonnegative(),
    value: z.number().nonnegative().optional(),
  }),
  z.strictObject({ ...base, event: z.literal('format-changed'), pictures: count }),
  z.strictObject({
    ...base,
    event: z.literal('lane-replaced'),
    reason: z.enum(['died', 'overrun', 'outgrown', 'pictures', 'memory']),
    image: image.optional(),
    retry: z.boolean().optional(),
    message: z.string().optional(),
  }),
  z.strictObject({ ...base, event: z.literal('note'), message: z.string().min(1) }),
  z.strictObject({
    ...base,
    ...people,
    event: z.literal('merge-end'),
    folders: count,
    pictures: count,
    failed: count,
    output: z.string().startsWith('/'),
  }),
  z.strictObject({
    ...base,
    ...people,
    event: z.literal('export-end'),
    to: z.enum(EXPORT_KINDS),
    pictures: count,
    failed: count,
    leftOut: count,
    output: z.string().startsWith('/').optional(),
  }),
  z.strictObject({ ...base, event: z.literal('warning'), message: z.string().min(1) }),
  z.strictObject({ ...base, event: z.literal('error'), code: z.string(), message: z.string().min(1) }),
  z.strictObject({ ...base, event: z.literal('run-end'), summary }),
]);

let cwd: string;

beforeEach(async () => {
  cwd = temporaryFolder();
  await smallPictures(path.join(cwd, 'photos'), 3);
  writeFileSync(path.join(cwd, 'photos/bad\n.jpg'), 'text');
  symlinkSync('nowhere', path.join(cwd, 'photos/gone.jpg'));
});

describe('--log-format json', () => {
  it('writes one event a line, each in its documented form', async () => {
    const tap = tapLanes({ on: { 'p002.jpg': 'die' } });
    const flags = ['--log-format', 'json', '-v', '--fail-if', 'faces > 0', '--annotate'];
    const ran = await facetag(['photos', ...flags], { cwd, env: tap.env });
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    const events = ran.stderr
      .trimEnd()
      .split('\n')
      .map((line) => event.parse(JSON.parse(line)));
    const kinds = events.map((each) => `${each.level} ${each.event}`);
    expect(kinds.at(0)).toBe('info run-start');
    expect(kinds.at(-1)).toBe('info run-end');
    expect([...new Set(kinds)].sort()).toEqual([
      'debug picture-done',
      'error picture-failed',
      'error screened',
      'info run-end',
      'info run-start',
      'warn lane-replaced',
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'picture-failed', image: 'bad\n.jpg', code: 'NOT_AN_IMAGE' }),
    );
  });

  it('writes errors and bad flags so, too', async () => {
    for (const args of [['no-such'], ['photos', '--jobs', 'many']]) {
      const ran = await facetag([...args, '--log-format', 'json'], { cwd });
      expect(ran.code).toBe(2);
      expect(event.parse(JSON.parse(ran.stderr))).toMatchObject({ event: 'error', code: 'USAGE' });
    }
  });
});

describe('text on stderr', () => {
  const SUMMARY =
    /^5 pictures: 3 tagged, 0 unchanged, 2 failed \(1 NOT_AN_IMAGE, 1 UNREADABLE\)\n3 faces: \d female, \d male; ages \d+-\d+: \d.*\nresults in \/.*\/facetag-out$/m;

  it('names what failed, then the totals, with no control characters and no bar', async () => {
    const { stderr } = await facetag(['photos'], { cwd });
    expect(stderr).toMatch(/^failed bad\\n\.jpg: NOT_AN_IMAGE: /m);
    expect(stderr).toMatch(SUMMARY);
    expect(stderr).toMatch(/^\d+\.\d s, \d+\.\d pictures\/s, peak memory [\d.]+ MB \+ [\d.]+ MB a lane$/m);
    expect(stderr).toMatch(/^[^\p{Cc}]+$/mu);
    expect(stderr).not.toContain('\u001b');
    expect(stderr).not.toContain('\r');
  });

  it('with -q is about errors alone, with -v about every picture', async () => {
    const quiet = await facetag(['photos', '-q'], { cwd });
    expect(
      quiet.stderr
        .trimEnd()
        .split('\n')
        .every((line) => line.startsWith('failed ')),
    ).toBe(true);
    const verbose = await facetag(['photos', '-v', '--force'], { cwd });
    for (const name of ['a/p000.jpg', 'b/c/p001.jpg', 'p002.jpg']) {
      expect(verbose.stderr).toContain(`${name}: 1 face`);
    }
  });

  it('with -q is silent about failures that were told before, while the exit code stays', async () => {
    rmSync(path.join(cwd, 'photos/gone.jpg'));
    const first = await facetag(['photos', '-q'], { cwd });
    expect(first).toMatchObject({ code: 1, stderr: expect.stringMatching(/^failed bad/) as string });
    expect(await facetag(['photos', '-q'], { cwd })).toMatchObject({ code: 1, stderr: '' });
    const told = await facetag(['photos'], { cwd });
    expect(told).toMatchObject({ code: 1, stderr: expect.stringMatching(/^failed before bad/m) as string });
    const again = await facetag(['photos', '-q', '--retry-failed'], { cwd });
    expect(again.stderr).toMatch(/^failed bad/);
  });

  it('is coloured only where that is asked', async () => {
    const coloured = await facetag(['photos', '--color', 'always'], { cwd });
    expect(coloured.stderr).toContain('\u001b[31mfailed\u001b[39m');
  });
});

describe('facetag doctor', () => {
  it('finds this machine fit, in words and as JSON', async () => {
    const words = await facetag(['doctor'], { cwd });
    expect(words.code).toBe(0);
    expect(words.stdout).toMatch(/^ok +opencv +4\.\d/m);
    const json = await facetag(['doctor', '--json', '-o', 'facetag-out'], { cwd });
    expect(json).toMatchObject({ code: 0, stderr: '' });
    const { checks } = z
      .looseObject({ checks: z.array(z.looseObject({ status: z.string() })) })
      .parse(JSON.parse(json.stdout));
    expect(checks.length).toBeGreaterThan(5);
  });

  it('exits 2 and says what to do where a run could not work', async () => {
    writeFileSync(path.join(cwd, 'file'), '');
    const ran = await facetag(['doctor', '-o', 'file/out'], { cwd });
    expect(ran.code).toBe(2);
    expect(ran.stdout).toContain('file/out');
  });
});
