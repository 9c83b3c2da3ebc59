import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  bin,
  contents,
  facetag,
  hermetic,
  launch,
  membersOf,
  parentOf,
  temporaryFolder,
  until,
  type Running,
} from './cli.js';
import { tapLanes, type LaneTap } from './lane-tap.js';
import { eventsOf } from './outcome.js';
import { smallNames, smallPictures } from './small-pictures.js';

const JSON_LOG = ['--log-format', 'json'];
const NAMES = smallNames(9);
const [FIRST = '', SECOND = ''] = NAMES;

let cwd: string;
/** Holds the lanes up at the first two pictures. */
let tap: LaneTap;

beforeEach(async () => {
  cwd = temporaryFolder();
  await smallPictures(path.join(cwd, 'photos'), NAMES.length);
  tap = tapLanes({ on: { [FIRST]: 'wait', [SECOND]: 'wait' } });
});

/** A run of two lanes that are at work on the first two pictures. */
async function heldUp(...flags: string[]): Promise<Running> {
  const args = ['photos', '-j', '2', ...JSON_LOG, ...flags];
  const run = launch(args, { cwd, env: tap.env, group: true });
  await until(() => tap.tasks().length === 2, 'two pictures are in flight');
  return run;
}

function nodeArgs(...args: readonly string[]): string[] {
  return [process.execPath, bin, ...args];
}

function recordsLeft(): string[] {
  return [...contents(path.join(cwd, 'facetag-out/json')).keys()];
}

/** The same command again completes the work, without doing any twice, and ends as an undisturbed run. */
async function expectResumable(done: readonly string[]): Promise<void> {
  const again = tapLanes();
  expect(await facetag(['photos'], { cwd, env: again.env })).toMatchObject({ code: 0 });
  expect(again.tasks().sort()).toEqual(NAMES.filter((name) => !done.includes(name)));
  expect(contents(path.join(cwd, 'facetag-out'))).toEqual((clean ??= await undisturbed()));
}

/** The same for every test. */
let clean: Map<string, string> | undefined;

async function undisturbed(): Promise<Map<string, string>> {
  expect(await facetag(['photos', '-o', 'clean'], { cwd })).toMatchObject({ code: 0 });
  return contents(path.join(cwd, 'clean'));
}

describe('a signal', () => {
  it.each([
    ['SIGINT', 'the parent', 130],
    ['SIGINT', 'the whole group, as a terminal does', 130],
    ['SIGTERM', 'the parent', 143],
  ] as const)('%s to %s lets the pictures in flight finish', async (signal, whom, code) => {
    const run = await heldUp();
    process.kill(whom === 'the parent' ? run.pid : -run.pid, signal);
    await until(() => run.stderr().includes(`Stopping on ${signal}`), 'the signal is heard');
    tap.openGate();
    const ran = await run.ended;
    expect(ran.code).toBe(code);
    expect(eventsOf('run-end', ran.stderr)).toMatchObject([
      { summary: { processed: 2, notDone: NAMES.length - 2, failed: 0, stoppedBy: signal, exitCode: code } },
    ]);
    expect(recordsLeft()).toEqual([`${FIRST}.json`, `${SECOND}.json`]);
    expect(contents(path.join(cwd, 'facetag-out')).get('faces.csv')?.match(/\n./g)?.length).toBe(2);
    await expectResumable([FIRST, SECOND]);
  });

  it('SIGTERM to the whole group kills the lanes too: their pictures are dropped, not CRASHED', async () => {
    const run = await heldUp();
    process.kill(-run.pid, 'SIGTERM');
    const ran = await run.ended;
    expect(ran.code).toBe(143);
    expect(ran.stderr).not.toContain('CRASHED');
    expect(eventsOf('run-end', ran.stderr)[0]?.summary).toMatchObject({ processed: 0, failed: 0 });
    expect(recordsLeft()).toEqual([]);
    await expectResumable([]);
  });

  it('SIGTERM from `timeout`, which signals its child and then the group, ends in order', async () => {
    const run = spawn('timeout', ['--preserve-status', '-s', 'TERM', '2', ...nodeArgs('photos', '-j', '2')], {
      cwd,
      env: hermetic(tap.env),
      stdio: 'ignore',
    });
    expect(await once(run, 'exit')).toEqual([143, null]);
    expect(recordsLeft()).toEqual([]);
    await expectResumable([]);
  });

  it('a second one drops the pictures in flight', async () => {
    const run = await heldUp('--annotate');
    run.child.kill('SIGINT');
    await until(() => run.stderr().includes('letting the pictures in flight finish'), 'the first is heard');
    run.child.kill('SIGINT');
    const ran = await run.ended;
    expect(ran.code).toBe(130);
    expect(ran.stderr).toContain('dropping the pictures in flight');
    expect(membersOf(run.pid)).toEqual([]);
    expect(recordsLeft()).toEqual([]);
    await expectResumable([]);
  });

  it('SIGHUP is ignored by a run whose messages nobody watches', async () => {
    const run = await heldUp();
    process.kill(-run.pid, 'SIGHUP');
    tap.openGate();
    const ran = await run.ended;
    expect(ran.code).toBe(0);
    expect(recordsLeft().length).toBe(NAMES.length);
  });
});

describe('a signal to a command that writes results on', () => {
  /** What lies in `.facetag…` folders and files of the results. */
  const temporaries = (): string[] =>
    readdirSync(cwd, { recursive: true })
      .map(String)
      .filter((name) => path.basename(name).startsWith('.facetag'));

  it.each([
    ['SIGINT', 130, ['report', 'facetag-out', '-j', '2']],
    ['SIGTERM', 143, ['report', 'facetag-out', '-j', '2']],
    ['SIGTERM', 143, ['photos', '--report', '-j', '2']],
  ] as const)('%s ends it in order with %i: facetag %j', async (signal, code, args) => {
    expect(await facetag(['photos'], { cwd })).toMatchObject({ code: 0 });
    const before = temporaries();
    // All of them are unchanged: the first lane is that of thumbnails.
    const run = launch(args, { cwd, env: tap.env, group: true });
    await until(() => tap.tasks().length === 2, 'two thumbnails are in the making');
    process.kill(run.pid, signal);
    const ran = await run.ended;
    expect(ran).toMatchObject({
      code,
      signal: null,
      stderr: expect.stringContaining(`Stopped by ${signal}: run`) as string,
    });
    expect(membersOf(run.pid)).toEqual([]);
    expect(temporaries()).toEqual(before);
    expect(await facetag(['report', 'facetag-out'], { cwd })).toMatchObject({ code: 0 });
    expect(await facetag(['report', 'facetag-out', '-o', 'new'], { cwd })).toMatchObject({ code: 0 });
    const names = (folder: string): string[] => [...contents(path.join(cwd, folder)).keys()];
    expect(names('facetag-out/report').filter((name) => !name.startsWith('data/'))).toEqual(
      names('new').filter((name) => !name.startsWith('data/')),
    );
  });
});

const SCRIPT = '/usr/bin/script';

describe.skipIf(!existsSync(SCRIPT))('on a terminal (needs script)', () => {
  it('SIGHUP stops the run in order: whoever watched it has closed the window', async () => {
    const command = nodeArgs('photos', '-j', '2').join(' ');
    const run = spawn(SCRIPT, ['-qec', command, '/dev/null'], {
      cwd,
      env: hermetic(tap.env),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let screen = '';
    run.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text));
    await until(() => tap.tasks().length === 2, 'two pictures are in flight');
    process.kill(parentOf(tap.lastLane()!), 'SIGHUP');
    await until(() => screen.includes('letting the pictures in flight finish'), 'the signal is heard');
    tap.openGate();
    expect(await once(run, 'exit')).toEqual([143, null]);
    await expectResumable([FIRST, SECOND]);
  });
});

describe('a signal before the first picture', () => {
  it.each([[[]], [['--dry-run']]])('ends the run at once, with %j', async (flags) => {
    const list = path.join(cwd, 'list');
    execFileSync('/usr/bin/env', ['mkfifo', list]);
    const run = launch(['--files-from', list, ...flags], { cwd });
    const writer = await openWhenRead(list);
    run.child.kill('SIGINT');
    expect(await run.ended).toMatchObject({ signal: 'SIGINT', stdout: '' });
    closeSync(writer);
    expect(existsSync(path.join(cwd, 'facetag-out'))).toBe(false);
  });
});

/** The writing end of a FIFO, once somebody wants to read it; they wait for as long as nothing is written. */
async function openWhenRead(fifo: string): Promise<number> {
  let descriptor = -1;
  const opens = (): boolean => {
    try {
      descriptor = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
      return true;
    } catch {
      return false;
    }
  };
  await until(opens, `${fifo} is read`);
  return descriptor;
}

describe('signals again and again', () => {
  it('end a run that hangs because nobody reads its output', async () => {
    for (let i = 0; i < 2000; i += 1) writeFileSync(path.join(cwd, `${String(i).padEnd(200, '-')}.jpg`), '');
    const run = spawn(process.execPath, [bin, '.', '--dry-run'], { cwd, env: hermetic(), stdio: 'pipe' });
    await once(run.stdout, 'readable');
    const ended = once(run, 'exit');
    await until(() => {
      run.kill('SIGINT');
      return run.exitCode !== null || run.signalCode !== null;
    }, 'it ends');
    expect(await ended).toEqual([null, 'SIGINT']);
  });
});
