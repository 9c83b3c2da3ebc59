import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMAND_NAMES, COMMANDS, type CommandRow } from '../../src/cli/commands.js';
import { FIXTURES } from '../pictures/made-picture.js';
import { facetag, temporaryFolder } from './cli.js';
import { eventsOf } from './outcome.js';
import { copyPackage } from './package-copy.js';

const JSON_LOG = { FACETAG_LOG_FORMAT: 'json' };

/** The only message, an error with this code. */
function errorIn(stderr: string, code = 'USAGE') {
  const [error] = eventsOf('error', stderr);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(error?.code).toBe(code);
  return error?.message;
}

describe('a wrong flag, told as FACETAG_LOG_FORMAT=json asks', () => {
  it.each(COMMAND_NAMES)('of facetag %s', async (name) => {
    const { arguments: words }: CommandRow = COMMANDS[name];
    const args = [...name.split(' '), ...words.map(() => 'word'), '--nope'];
    const ran = await facetag(args, { env: JSON_LOG });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    const help = name === 'tag' ? 'facetag --help' : `facetag ${name} --help`;
    expect(errorIn(ran.stderr)).toMatch(new RegExp(`^unknown option '--nope'\n[^]*^Run ${help} `, 'm'));
  });
});

describe('help', () => {
  it.each([[['help']], [['help', 'merge']], [['help', 'models', 'pull']], [['setup', '--help']]])(
    '%j is on stdout',
    async (args) => {
      const ran = await facetag(args);
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      expect(ran.stdout).toMatch(/^Usage: facetag /);
    },
  );

  it('is shown where nothing was asked for, with exit 2', async () => {
    const ran = await facetag([], { env: JSON_LOG });
    expect(ran).toMatchObject({ code: 2, stdout: expect.stringMatching(/^Usage: facetag /) as string });
    expect(errorIn(ran.stderr)).toContain('a file, folder or glob');
  });
});

describe('a word that is no path', () => {
  it.each([
    [['merg', 'x'], 'Did you mean `facetag merge`?'],
    [['model', 'list'], 'Did you mean `facetag models list`?'],
    [['model', 'list', '--json'], 'Did you mean `facetag models list`?'],
  ])('%j: %s', async (args, hint) => {
    const ran = await facetag(args, { cwd: temporaryFolder() });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(hint);
  });

  it('is a folder where there is one, also behind the word tag', async () => {
    const cwd = temporaryFolder();
    for (const name of ['merg', 'help']) mkdirSync(path.join(cwd, name));
    for (const args of [['merg'], ['tag', 'help']]) {
      const ran = await facetag([...args, '--jsonl', '--allow-empty'], { cwd });
      expect(ran).toMatchObject({ code: 0, stdout: '' });
      expect(ran.stderr).toContain('0 pictures');
    }
  });
});

describe('an unknown variable', () => {
  it('is a warning with the nearest name, in every command', async () => {
    const env = { ...JSON_LOG, FACETAG_MODLES: '/m', FACETAG_MIN_FACE: '40', FACETAG_EMPTY: '' };
    const ran = await facetag(['models', 'path'], { env });
    expect(ran.code).toBe(0);
    expect(eventsOf('warning', ran.stderr).map(({ message }) => message)).toEqual([
      'FACETAG_MODLES is no variable of facetag. Did you mean FACETAG_MODELS?',
    ]);
    expect(await facetag(['models', 'path', '-q'], { env })).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('the environment', () => {
  it('gives merge its output and formats', async () => {
    const cwd = temporaryFolder();
    const photo = path.join(FIXTURES, 'home.jpg');
    expect(await facetag([photo, '-o', 'one'], { cwd })).toMatchObject({ code: 0 });
    const none = await facetag(['merge', 'one', '--log-format', 'json'], { cwd });
    expect(none.code).toBe(2);
    expect(errorIn(none.stderr)).toMatch(/--output or FACETAG_OUTPUT.*\nRun facetag merge --help/);
    const env = { FACETAG_OUTPUT: 'merged', FACETAG_FORMAT: 'jsonl' };
    expect(await facetag(['merge', 'one', '-q'], { cwd, env })).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(path.join(cwd, 'merged/faces.jsonl'))).toBe(true);
    expect(existsSync(path.join(cwd, 'merged/faces.csv'))).toBe(false);
  });

  it('gives doctor its output folder', async () => {
    const ran = await facetag(['doctor', '--json'], { env: { FACETAG_OUTPUT: '/dev/null/out' } });
    expect(ran.code).toBe(2);
    expect(ran.stdout).toContain('/dev/null/out');
  });

  it('gives pull its mirror and every models command its folder', async () => {
    const env = { ...JSON_LOG, FACETAG_MIRROR: 'ftp://mirror', FACETAG_MODELS: '/nowhere/models' };
    const pulled = await facetag(['models', 'pull', 'classic'], { env });
    expect(errorIn(pulled.stderr)).toMatch(
      /^Expected an http\(s\) URL for --mirror, received "ftp:\/\/mirror"/,
    );
    expect((await facetag(['models', 'path'], { env })).stdout).toBe('/nowhere/models\n');
  });
});

describe('facetag models', () => {
  it('tells what it did as events, and with -q nothing', async () => {
    const told = await facetag(['models', 'verify', 'compact'], { env: JSON_LOG });
    expect(told).toMatchObject({ code: 0, stdout: '' });
    const [note, ...more] = eventsOf('note', told.stderr);
    expect(note).toMatchObject({ level: 'info', message: expect.stringMatching(/^compact in /) as string });
    expect(more).toEqual([]);
    const quiet = await facetag(['models', 'verify', 'compact', '-q']);
    expect(quiet).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it.each([
    [['pull', 'nope'], 'Expected one of compact, accurate, classic for the pack, received "nope"'],
    [
      ['verify', '__proto__'],
      'Expected one of compact, accurate, classic for the pack, received "__proto__"',
    ],
    [
      ['convert', 'constructor'],
      'Expected one of compact, accurate, classic for the pack, received "constructor"',
    ],
    [['import', 'classic', 'nodir'], 'Expected an existing folder for the folder to import from, received "'],
    [['pull', 'classic', '--detector', 'toString'], ' for --detector, received "toString"'],
  ])('%j names what is wrong', async (args, message) => {
    const ran = await facetag(['models', ...args], { cwd: temporaryFolder(), env: JSON_LOG });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(errorIn(ran.stderr)).toContain(message);
  });
});

describe('facetag setup', () => {
  it('fails with an event, also with -q', async () => {
    const bin = path.join(copyPackage({ withoutAddon: true }), 'bin/facetag.js');
    const env = { ...JSON_LOG, FACETAG_OPENCV_DIR: temporaryFolder() };
    for (const flags of [[], ['-q']]) {
      const ran = await facetag(['setup', ...flags], { command: bin, env });
      expect(ran).toMatchObject({ code: 2, stdout: '' });
      expect(errorIn(ran.stderr, 'SETUP_FAILED')).toMatch(/^OPENCV_MISSING: FACETAG_OPENCV_DIR is /);
    }
  });
});
