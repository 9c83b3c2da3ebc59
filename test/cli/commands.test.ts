import { describe, expect, it } from 'vitest';
import { COMMAND_NAMES, COMMANDS, type CommandName, type CommandRow } from '../../src/cli/commands.js';
import { environmentName, flagsOf, type FlagName } from '../../src/cli/flags.js';
import { resolveFlags, resolveLogFlags } from '../../src/cli/options.js';
import { readLine } from './read-line.js';

/** A command with a word for each that it needs, and the flags behind it. */
function lineOf(name: CommandName, ...flags: string[]): string[] {
  const { arguments: words }: CommandRow = COMMANDS[name];
  const needed = words.filter(({ usage }) => usage.startsWith('<')).map(() => 'word');
  return [...name.split(' '), ...needed, ...flags];
}

/** How the help of a command is asked for in a message. */
const helpOf = (name: CommandName): string =>
  name === 'tag' ? 'Run facetag --help ' : `Run facetag ${name} --help `;

/** A value in the environment that each flag takes, and what is made of it. */
const VALUES: Partial<Record<FlagName, [string, unknown]>> = {
  output: ['out', 'out'],
  format: ['jsonl', ['jsonl']],
  mirror: ['http://mirror', 'http://mirror'],
  to: ['voc', 'voc'],
  split: ['0.2', 0.2],
  every: ['500ms', 0.5],
  diff: ['0.1', 0.1],
  beside: ['1', true],
  yoloClasses: ['face', 'face'],
  models: ['m', 'm'],
  json: ['1', true],
  quiet: ['1', true],
  progress: ['1', false],
  logFormat: ['json', 'json'],
  color: ['never', 'never'],
  port: ['0', 0],
  queue: ['7', 7],
};

describe.each(COMMAND_NAMES)('facetag %s', (name) => {
  it('shows its help', async () => {
    const { outcome, printed, calls } = await readLine([...name.split(' '), '--help']);
    expect(outcome).toBe(0);
    expect(calls).toEqual([]);
    expect(printed).toMatch(/^Usage: facetag /);
    for (const { row } of flagsOf(name)) expect(printed).toContain(row.flags);
    expect(printed).toContain('has an environment form: FACETAG_');
    expect(await readLine(['help', ...name.split(' ')])).toMatchObject({ outcome: 0 });
  });

  it('refuses a flag that it does not have, and points to its help', async () => {
    const { outcome, calls } = await readLine(lineOf(name, '--nope', '--log-format', 'json'));
    expect(outcome).toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/^unknown option '--nope'\n/) as string,
    });
    expect(String(outcome)).toContain(helpOf(name));
    expect(calls).toEqual([]);
  });

  it('knows in which form a refusal is to be told', async () => {
    const { flags } = await readLine(lineOf(name, '--nope', '--log-format', 'json', '-q'));
    expect(flags.at(-1)).toEqual({ logFormat: 'json', quiet: true });
    expect(resolveLogFlags({}, { FACETAG_LOG_FORMAT: 'json' }).logFormat).toBe('json');
  });

  it('takes -q, -v, --color and --log-format', async () => {
    const { outcome, flags } = await readLine(lineOf(name, '-q', '--color', 'never', '--log-format', 'json'));
    expect(outcome).toBe(name === 'help' ? 0 : 7);
    expect(flags).toEqual([{ quiet: true, color: 'never', logFormat: 'json' }]);
    expect((await readLine(lineOf(name, '-v'))).flags).toEqual([{ verbose: true }]);
  });

  it('reads its flags from the environment, empty ones left out', () => {
    for (const { name: flag } of flagsOf(name)) {
      const [value, expected] = VALUES[flag] ?? [];
      if (value === undefined) continue;
      const variable = environmentName(flag);
      expect(resolveFlags(name, {}, { [variable]: value })).toMatchObject({ [flag]: expected });
      expect(resolveFlags(name, {}, { [variable]: '' })).toEqual(resolveFlags(name, {}, {}));
    }
  });
});

describe('the flag table', () => {
  it.each<[FlagName, CommandName[]]>([
    ['output', ['tag', 'merge', 'export', 'report', 'video', 'doctor']],
    ['format', ['tag', 'merge']],
    ['where', ['tag', 'export', 'report']],
    ['to', ['export']],
    ['json', ['models list', 'eval', 'doctor']],
    ['mirror', ['models pull']],
    ['pack', ['tag', 'video', 'serve']],
    ['jobs', ['tag', 'report', 'video', 'serve']],
    ['token', ['serve']],
    ['logFormat', COMMAND_NAMES],
    ['quiet', COMMAND_NAMES],
    ['every', ['video']],
    ['minFace', ['tag', 'video', 'serve']],
    [
      'manifest',
      COMMAND_NAMES.filter((name) => /^(tag|video|models .*|serve|doctor|completion)$/.test(name)),
    ],
  ])('%s belongs to %j', (flag, commands) => {
    const having = COMMAND_NAMES.filter((name) => flagsOf(name).some((each) => each.name === flag));
    expect(having).toEqual(commands);
  });

  it('has a help for every command of a flag', () => {
    for (const name of COMMAND_NAMES) {
      for (const { help, row } of flagsOf(name)) expect(help, `${row.flags} of ${name}`).not.toBe('');
    }
  });
});
