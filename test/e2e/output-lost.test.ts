import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { contents, facetag, launch, temporaryFolder, until } from './cli.js';
import { tapLanes } from './lane-tap.js';
import { canBeNobody, NOBODY } from './nobody.js';
import { codesIn, eventsOf } from './outcome.js';
import { smallNames, smallPictures } from './small-pictures.js';

const JSON_LOG = ['--log-format', 'json'];
const NAMES = smallNames(5);
const [, SECOND = ''] = NAMES;

let cwd: string;
let photos: string;
let output: string;

beforeEach(async () => {
  cwd = temporaryFolder();
  photos = path.join(cwd, 'photos');
  output = path.join(cwd, 'out');
  await smallPictures(photos, NAMES.length);
});

const ARGS = ['photos', '-o', 'out', '-j', '1', ...JSON_LOG];

/** A run that has done one picture and is held up at the second. */
async function heldUp(...flags: string[]) {
  const tap = tapLanes({ on: { [SECOND]: 'wait' } });
  const run = launch([...ARGS, ...flags], { cwd, env: tap.env });
  await until(() => tap.tasks().length === 2, 'the second picture is in flight');
  return { run, tap };
}

describe('results that are removed during a run', () => {
  it.each([
    ['`rm -rf out`', false],
    ['`rm -rf out`, and it is made anew', true],
  ])('end it with 2: %s', async (_, anew) => {
    const { run, tap } = await heldUp();
    rmSync(output, { recursive: true });
    if (anew) mkdirSync(output);
    tap.openGate();
    const ran = await run.ended;
    expect(ran.code).toBe(2);
    expect(eventsOf('error', ran.stderr)).toMatchObject([{ code: 'OUTPUT_UNUSABLE' }]);
    expect(eventsOf('error', ran.stderr)[0]?.message).toContain('removed or replaced during the run');
    expect(eventsOf('run-end', ran.stderr)).toEqual([]);
  });

  it('end it with 2 when only records are gone', async () => {
    const { run, tap } = await heldUp();
    rmSync(path.join(output, 'json'), { recursive: true });
    tap.openGate();
    const ran = await run.ended;
    expect(ran.code).toBe(2);
    expect(eventsOf('error', ran.stderr)[0]?.message).toMatch(
      /1 record of this run.* removed while it went on/,
    );
  });
});

describe('--prune', () => {
  it('keeps the results when every picture is gone, as with a disk that is not mounted', async () => {
    expect((await facetag(ARGS, { cwd })).code).toBe(0);
    const before = contents(output);
    renameSync(photos, path.join(cwd, 'aside'));
    mkdirSync(photos);
    for (const flags of [['--prune'], ['--prune', '--dry-run']]) {
      const ran = await facetag([...ARGS, '--allow-empty', ...flags], { cwd });
      expect(ran.code).toBe(2);
      expect(eventsOf('error', ran.stderr)[0]?.message).toContain('--prune-all');
      const after = contents(output);
      // It says that this run did not come to its end.
      after.delete('completion.json');
      expect(after).toEqual(before);
    }
    expect((await facetag([...ARGS, '--allow-empty', '--prune-all'], { cwd })).code).toBe(0);
    expect([...contents(path.join(output, 'json')).keys()]).toEqual([]);
  });

  it.skipIf(!canBeNobody())('goes on after a result that it may not remove (needs root)', async () => {
    chmodSync(cwd, 0o777);
    const flags = [...ARGS, '-f', 'csv,jsonl'];
    expect((await facetag(flags, { cwd, uid: NOBODY })).code).toBe(0);
    const gone = [NAMES[0]!, NAMES.at(-1)!];
    for (const name of gone) rmSync(path.join(photos, name));
    chmodSync(path.join(output, 'json', path.dirname(NAMES[0]!)), 0o555);
    const ran = await facetag([...flags, '--prune'], { cwd, uid: NOBODY });
    expect(ran.code).toBe(1);
    expect(eventsOf('run-end', ran.stderr)[0]?.summary).toMatchObject({ pruned: 1, notPruned: 1 });
    expect(eventsOf('picture-failed', ran.stderr)).toMatchObject([{ image: gone[0], code: 'WRITE_FAILED' }]);
    // The tables are as true as they can be.
    expect(Object.keys(codesIn(output))).toEqual(NAMES.slice(0, -1));
  });
});

describe('what a killed or interrupted run was writing', () => {
  it('is swept by the next one, which need not take over a lock', async () => {
    expect((await facetag(ARGS, { cwd })).code).toBe(0);
    mkdirSync(path.join(output, '.facetag-tmp'));
    writeFileSync(path.join(output, '.facetag-tmp/123e4567-e89b-42d3-a456-426614174000'), 'half a copy');
    expect((await facetag(ARGS, { cwd })).code).toBe(0);
    expect(existsSync(path.join(output, '.facetag-tmp'))).toBe(false);
  });

  it('is nothing after an early signal', async () => {
    for (let ms = 100; ms < 700; ms += 60) {
      const run = launch(['photos', '-o', 'out', '--annotate'], { cwd });
      await sleep(ms);
      run.child.kill(ms % 120 === 40 ? 'SIGTERM' : 'SIGINT');
      await run.ended;
      const left = existsSync(output) ? readdirSync(output, { recursive: true, encoding: 'utf8' }) : [];
      expect(left.filter((name) => name.includes('tmp'))).toEqual([]);
      rmSync(output, { recursive: true, force: true });
    }
  });
});

describe('a run that is stopped, as by a closed lid', () => {
  it('keeps its lock and its pictures, however long that is', async () => {
    const { run, tap } = await heldUp('--timeout', '4');
    run.child.kill('SIGSTOP');
    utimesSync(path.join(output, '.facetag.lock'), new Date(0), new Date(0));
    const second = await facetag(ARGS, { cwd });
    expect(second.code).toBe(75);
    expect(eventsOf('error', second.stderr)).toMatchObject([{ code: 'OUTPUT_LOCKED' }]);
    await sleep(4500);
    run.child.kill('SIGCONT');
    tap.openGate();
    const ran = await run.ended;
    expect(ran.code).toBe(0);
    expect(eventsOf('run-end', ran.stderr)[0]?.summary).toMatchObject({ processed: NAMES.length, failed: 0 });
  });
});

describe('a picture whose record cannot be written', () => {
  it('has its row in the tables of that run', async () => {
    const long = `${'l'.repeat(250)}.jpg`;
    copyFileSync(path.join(photos, SECOND), path.join(photos, long));
    const ran = await facetag([...ARGS, '-f', 'csv,jsonl'], { cwd });
    expect(ran.code).toBe(1);
    const expected = Object.fromEntries(
      [...NAMES, long].sort().map((name) => [name, name === long ? 'WRITE_FAILED' : 'ok']),
    );
    expect(codesIn(output)).toEqual(expected);
    expect(contents(output).get('faces.csv')).toMatch(/l,failed,|lll\.jpg,failed,.*WRITE_FAILED/);
  });
});

describe('copies of another run', () => {
  it('are not tagged again, and that is told', async () => {
    expect((await facetag(['.', '-o', 'run1', '--annotate'], { cwd: photos })).code).toBe(0);
    const ran = await facetag(['.', '-o', 'run2', ...JSON_LOG], { cwd: photos });
    expect(ran.code).toBe(0);
    expect(eventsOf('run-end', ran.stderr)[0]?.summary.pictures).toBe(NAMES.length);
    expect(eventsOf('warning', ran.stderr)).toMatchObject([
      {
        message: expect.stringMatching(
          /^1 folder left out: it holds results of facetag \(.*run1\)/,
        ) as string,
      },
    ]);
  });
});

describe('a manifest', () => {
  it('that is a FIFO is refused without waiting', async () => {
    const fifo = path.join(cwd, 'packs.json');
    execFileSync('/usr/bin/env', ['mkfifo', fifo]);
    const ran = await facetag([...ARGS, '--manifest', fifo], { cwd });
    expect(ran.code).toBe(2);
    expect(eventsOf('error', ran.stderr)[0]?.message).toContain('regular file for --manifest');
  });
});
