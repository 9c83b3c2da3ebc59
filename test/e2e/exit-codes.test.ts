import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FIXTURES } from '../pictures/made-picture.js';
import { bin, contents, facetag, hermetic, launch, temporaryFolder, until } from './cli.js';
import { tapLanes } from './lane-tap.js';
import { canBeNobody, NOBODY } from './nobody.js';
import { eventsOf } from './outcome.js';
import { copyPackage } from './package-copy.js';
import { smallNames, smallPictures } from './small-pictures.js';

const JSON_LOG = ['--log-format', 'json'];

let cwd: string;

beforeEach(async () => {
  cwd = temporaryFolder();
  await smallPictures(path.join(cwd, 'photos'), 3);
  mkdirSync(path.join(cwd, 'empty'));
  writeFileSync(path.join(cwd, 'file'), '');
});

/** The picture that fails comes first. */
function addBadPicture(): string {
  const name = '0-bad.jpg';
  writeFileSync(path.join(cwd, 'photos', name), 'no picture at all');
  return name;
}

describe('exit 2, could not run', () => {
  it.each<[string, string[], string, RegExp]>([
    ['an unknown flag', ['photos', '--xyzzy'], 'USAGE', /unknown option '--xyzzy'\nRun facetag --help/],
    ['a bad value', ['photos', '--min-confidence', '2'], 'USAGE', /a number in 0\.\.1 for --min-confidence/],
    ['a contradiction', ['photos', '--jsonl', '--annotate'], 'USAGE', /-o <dir>/],
    [
      'standard input',
      ['-'],
      'USAGE',
      /received "-"\n--files-from - reads a list.* A picture .*must be a file/,
    ],
    ['no path', [], 'USAGE', /a file, folder or glob/],
    ['a path that is missing', ['photos', 'no-such'], 'USAGE', /no-such/],
    ['an empty folder', ['empty'], 'NO_PICTURES', /--allow-empty/],
    ['a list that is missing', ['--files-from', 'no-such'], 'USAGE', /--files-from.*no-such/],
    ['an unknown pack', ['photos', '--pack', 'no-such'], 'USAGE', /compact.*--pack/],
    ['an unknown detector', ['photos', '--detector', 'no-such'], 'USAGE', /--detector/],
    [
      'a pack that is not installed',
      ['photos', '--pack', 'classic', '--models', 'empty'],
      'MODEL_MISSING',
      /facetag models pull classic --models empty/,
    ],
    ['a manifest that is none', ['photos', '--manifest', 'file'], 'USAGE', /manifest/],
    ['an output that is a file', ['photos', '-o', 'file'], 'OUTPUT_UNUSABLE', /file/],
    ['an output below a file', ['photos', '-o', 'file/out'], 'OUTPUT_UNUSABLE', /file\/out/],
    ['an output that is the input', ['photos', '-o', 'photos'], 'USAGE', /is itself an input/],
    ['an output that contains the input', ['photos', '-o', '.'], 'USAGE', /contains the input/],
    ['pictures outside the base', ['photos', '--base', 'empty'], 'USAGE', /empty.*photos|photos.*empty/],
    ['a bad --where', ['photos', '--where', 'smiles > 0'], 'USAGE', /--where/],
    ['a bad --newer-than', ['photos', '--newer-than', 'yesterday'], 'USAGE', /--newer-than/],
    ['a bad --shard', ['photos', '--shard', '4/3'], 'USAGE', /--shard/],
    ['a summary in no folder', ['photos', '--summary', 'nope/s.json'], 'USAGE', /existing folder.*--summary/],
    ['a summary below a file', ['photos', '--summary', 'file/s.json'], 'USAGE', /existing folder.*--summary/],
    ['a summary that is a folder', ['photos', '--summary', 'empty'], 'USAGE', /not a folder.*--summary/],
    [
      'a summary that is the output',
      ['photos', '-o', 'out', '--summary', 'out'],
      'USAGE',
      /not a folder.*--summary/,
    ],
  ])('%s', async (_, args, code, message) => {
    const before = contents(cwd);
    const ran = await facetag([...args, ...JSON_LOG], { cwd });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    const [error, ...more] = eventsOf('error', ran.stderr);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(more).toEqual([]);
    expect(contents(cwd)).toEqual(before);
  });

  it.skipIf(!canBeNobody())(
    'a summary in a folder of somebody else (needs root and a checkout that others may read)',
    async () => {
      chmodSync(cwd, 0o755);
      const flags = ['--jsonl', '--summary', 'totals.json', ...JSON_LOG];
      const ran = await facetag(['photos', ...flags], { cwd, uid: NOBODY });
      expect(ran).toMatchObject({ code: 2, stdout: '' });
      expect(eventsOf('error', ran.stderr)[0]).toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining('Expected a file that may be written for --summary') as string,
      });
    },
  );

  it('a bug', async () => {
    // Once the command looks after bugs, there is one.
    const bug = `setInterval(() => { if (process.listenerCount('uncaughtException')) throw new Error('boom') }, 1)`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(bug)}` };
    const ran = await facetag(['photos', ...JSON_LOG], { cwd, env });
    expect(ran.code).toBe(2);
    expect(eventsOf('error', ran.stderr)[0]).toMatchObject({
      code: 'INTERNAL',
      message: expect.stringMatching(/bug in facetag \d.*boom/s) as string,
    });
  });

  it('a model file that changed', async () => {
    const copy = copyPackage();
    const model = path.join(copy, 'models/compact/age-gender-tiny-xception.onnx');
    const file = openSync(model, 'r+');
    writeSync(file, 'garbage', 1000);
    closeSync(file);
    const command = path.join(copy, 'bin/facetag.js');
    const ran = await facetag(['photos', ...JSON_LOG], { cwd, command });
    expect(ran.code).toBe(2);
    expect(eventsOf('error', ran.stderr)).toMatchObject([{ code: 'MODEL_CORRUPT' }]);
    expect(eventsOf('error', ran.stderr)[0]?.message).toContain('age-gender-tiny-xception.onnx');
  });

  it('a binding that was never built', async () => {
    const command = path.join(copyPackage({ withoutAddon: true }), 'bin/facetag.js');
    const ran = await facetag(['photos', ...JSON_LOG], { cwd, command });
    expect(ran.code).toBe(2);
    expect(eventsOf('error', ran.stderr)).toMatchObject([{ code: 'ADDON_MISSING' }]);
    expect(eventsOf('error', ran.stderr)[0]?.message).toMatch(/npm start|facetag setup/);
  });
});

describe('exit 75, could not go on now', () => {
  it('while another run writes to the folder', async () => {
    mkdirSync(path.join(cwd, 'out'));
    writeFileSync(path.join(cwd, 'out/.facetag.lock'), JSON.stringify({ pid: 7, host: 'another-machine' }));
    const ran = await facetag(['photos', '-o', 'out', ...JSON_LOG], { cwd });
    expect(ran).toMatchObject({ code: 75, stdout: '' });
    expect(eventsOf('error', ran.stderr)).toMatchObject([{ code: 'OUTPUT_LOCKED' }]);
  });

  it('on a disk that is full', async () => {
    const ran = await facetag(['photos', '--jsonl', '--summary', '/dev/full', ...JSON_LOG], { cwd });
    expect(ran.code).toBe(75);
    expect(eventsOf('error', ran.stderr)).toMatchObject([{ code: 'OUTPUT_UNUSABLE' }]);
  });
});

/** Runs a shell's words before the command, in the same process. */
function afterShell(words: string, args: readonly string[], env = hermetic(), uid?: number) {
  const script = `${words}; exec "$0" "$@"`;
  return spawnSync('/bin/bash', ['-c', script, process.execPath, bin, ...args], {
    cwd,
    env,
    encoding: 'utf8',
    ...(uid !== undefined && { uid, gid: uid }),
  });
}

describe('a user without a home folder', () => {
  const WITHOUT = { HOME: '' };

  it('needs none for what needs none', async () => {
    expect(await facetag(['photos', '-n'], { cwd, env: WITHOUT })).toMatchObject({ code: 0 });
    expect(await facetag(['completion', 'bash'], { cwd, env: WITHOUT })).toMatchObject({ code: 0 });
    const env = { ...WITHOUT, XDG_DATA_HOME: cwd };
    expect((await facetag(['models', 'path'], { cwd, env })).stdout).toBe(`${cwd}/facetag/models\n`);
    const doctor = await facetag(['doctor'], { cwd, env: WITHOUT });
    expect(doctor.stdout).toMatch(/^warn +models .*There is no home folder/m);
  });

  it.each([
    ['models', 'path'],
    ['models', 'pull', 'classic'],
    ['photos', '--pack', 'classic', '--jsonl'],
  ])('is told where models could be: %j', async (...args) => {
    const ran = await facetag([...args, ...JSON_LOG], { cwd, env: WITHOUT });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    const message = expect.stringMatching(/no home folder for models.*HOME.*--models/) as string;
    expect(eventsOf('error', ran.stderr)).toMatchObject([{ code: 'USAGE', message }]);
  });

  it.skipIf(!canBeNobody())(
    'may have no name either (needs root and a checkout that others may read)',
    () => {
      chmodSync(cwd, 0o755);
      const { PATH = '' } = hermetic();
      const ran = afterShell(':', ['photos', '--jsonl', '-q'], { PATH }, 54_321);
      expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: '' });
      const asked = afterShell(':', ['models', 'path'], { PATH }, 54_321);
      expect(asked).toMatchObject({ status: 2, stderr: expect.stringContaining('no home folder') as string });
    },
  );
});

describe('a working folder that is gone', () => {
  it.each([['--version'], ['--help'], ['models', 'list']])('does not matter to %s', (...args) => {
    expect(afterShell('mkdir gone; cd gone; rmdir ../gone', args)).toMatchObject({ status: 0 });
  });

  it.each([
    ['photos', '--jsonl'],
    ['photos', '-o', 'out'],
    ['doctor'],
    ['video', 'photos'],
    ['merge', 'a', '-o', 'b'],
  ])('ends with 2 and a plain word: %s', (...args) => {
    const { status, stderr } = afterShell('mkdir gone; cd gone; rmdir ../gone', args);
    expect(stderr).toBe('error: The working folder is not there any more: change to one that is (cd)\n');
    expect(status).toBe(2);
  });
});

describe('too few files that may be open', () => {
  it.each([20, 24, 27])('%i end in order, or do', (most) => {
    const limited = (...args: string[]) => afterShell(`ulimit -n ${most}`, args);
    // Node itself needs about twenty.
    if (limited('--version').status !== 0) return;
    for (const args of [
      ['photos', '--jsonl'],
      ['photos', '-o', 'out', '-j', '1', '--force'],
      ['models', 'list'],
    ]) {
      const { status, stderr } = limited(...args);
      expect(stderr).not.toMatch(/bug|^ +at /m);
      expect([0, 75], stderr).toContain(status);
      if (status === 75) expect(stderr).toContain('too many files are open');
    }
  });
});

describe('exit 0', () => {
  it.each([
    ['pictures without faces', [path.join(FIXTURES, 'home.jpg')]],
    ['an empty folder that may be empty', ['empty', '--allow-empty']],
    ['an empty list that may be empty', ['--files-from', '-', '--allow-empty']],
    ['the help', ['--help']],
    ['the version', ['--version']],
  ])('%s', async (_, args) => {
    expect(await facetag(args, { cwd })).toMatchObject({ code: 0 });
  });
});

describe('exit 1, pictures failed', () => {
  it('in this run, or kept from an earlier one', async () => {
    addBadPicture();
    expect(await facetag(['photos'], { cwd })).toMatchObject({ code: 1, stdout: '' });
    const again = await facetag(['photos'], { cwd });
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('0 tagged, 3 unchanged, 1 failed (1 NOT_AN_IMAGE)');
  });
});

describe('where several apply', () => {
  it.each([
    ['3 before 1', ['--fail-if', 'faces > 0'], 3],
    ['75 before 3 and 1', ['--fail-if', 'faces > 0', '--summary', '/dev/full'], 75],
  ])('%s', async (_, flags, code) => {
    addBadPicture();
    expect((await facetag(['photos', ...flags], { cwd })).code).toBe(code);
  });

  it.each([
    ['130 before 3 and 1', [], 130],
    ['75 before 130', ['--summary', '/dev/full'], 75],
  ])('%s', async (_, flags, code) => {
    addBadPicture();
    const [image = ''] = smallNames(3);
    const tap = tapLanes({ on: { [image]: 'wait' } });
    const args = ['photos', '-j', '1', '--fail-if', 'faces > 0 || status == "failed"', ...flags];
    const run = launch(args, { cwd, env: tap.env });
    await until(() => tap.tasks().length === 2, 'the second picture is in flight');
    run.child.kill('SIGINT');
    await until(() => run.stderr().includes('Stopping on SIGINT'), 'the signal is heard');
    tap.openGate();
    const ran = await run.ended;
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain('matches --fail-if 0-bad.jpg');
  });
});
