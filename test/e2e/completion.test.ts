import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND_NAMES } from '../../src/cli/commands.js';
import { describeLine } from '../../src/cli/shells/line.js';
import { bashCompletion } from '../../src/cli/shells/bash.js';
import { fishCompletion } from '../../src/cli/shells/fish.js';
import { zshCompletion } from '../../src/cli/shells/zsh.js';
import { repository } from '../shared.js';
import { bin, facetag, hermetic, temporaryFolder } from './cli.js';

const isInstalled = (shell: string): boolean => spawnSync(shell, ['-c', 'exit']).status === 0;

/** What each shell proposes for the words behind the program's name; the last one is what is being typed. */
const SHELLS: Record<string, (script: string, words: string[], cwd: string) => string[]> = {
  bash(script, words, cwd) {
    const split = words.flatMap((word) => (/^--[a-z-]+=/.test(word) ? word.split(/(=)/) : [word]));
    const set = `source "$0"; COMP_WORDS=(facetag "$@"); COMP_CWORD=$#; _facetag; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', ['--norc', '-c', set, script, ...trimEnd(split)], cwd);
  },
  zsh(script, words, cwd) {
    const capture = path.join(repository, 'test/e2e/capture-completion.zsh');
    const found = run('zsh', ['-f', capture, script, ['facetag', ...words].join(' ')], cwd);
    return found.map((word) => word.replace(/^--[a-z-]+=/, '').replaceAll('\\', ''));
  },
  fish(script, words, cwd) {
    const line = ['facetag', ...words].join(' ');
    const found = run(
      'fish',
      ['--no-config', '-c', `source $argv[1]; complete -C $argv[2]`, script, line],
      cwd,
    );
    return found.map((word) =>
      word
        .replace(/\t.*/, '')
        .replace(/^--[a-z-]+=/, '')
        .replace(/\/$/, ''),
    );
  },
};

/** bash has `--engine=` as two words, and as three once a value is begun. */
const trimEnd = (words: string[]): string[] =>
  words.at(-1) === '' && words.at(-2) === '=' ? words.slice(0, -1) : words;

function run(shell: string, args: string[], cwd: string): string[] {
  const text = execFileSync(shell, args, { cwd, env: hermetic({ TERM: 'dumb' }), encoding: 'utf8' });
  return [...new Set(text.split('\n').filter((word) => word !== ''))].sort();
}

const COMMANDS = [...new Set(COMMAND_NAMES.map((name) => name.split(' ')[0] ?? ''))];
const PACKS = ['accurate', 'classic', 'compact'];
const FILES = ['a photo.jpg', 'my photos', 'out'];
const FOLDERS = ['my photos', 'out'];

const CASES: [words: string[], proposed: string[]][] = [
  [[''], [...FILES, ...COMMANDS]],
  [['mo'], ['models']],
  [
    ['models', 'p'],
    ['path', 'pull'],
  ],
  [['models', 'pull', ''], PACKS],
  [
    ['models', 'pull', 'classic', 'c'],
    ['classic', 'compact'],
  ],
  [['models', 'import', 'classic', ''], FOLDERS],
  [['models', 'import', '--manifest', 'x', 'classic', ''], FOLDERS],
  [['models', 'list', '--j'], ['--json']],
  [['merge', ''], FOLDERS],
  [['merge', '--fail'], []],
  [
    ['completion', ''],
    ['bash', 'fish', 'zsh'],
  ],
  [['help', 'comp'], ['completion']],
  [['tag', ''], FILES],
  [['out', '--fail'], ['--fail-if']],
  [['out', '-o', ''], FOLDERS],
  [['out', '--summary', ''], FILES],
  [
    ['out', '--engine', ''],
    ['onnxruntime', 'opencv'],
  ],
  [
    ['out', '--engine=o'],
    ['onnxruntime', 'opencv'],
  ],
  [
    ['out', '--engine='],
    ['onnxruntime', 'opencv'],
  ],
  [['tag', 'out', '--color', 'n'], ['never']],
  [
    ['out', '--pack', 'c'],
    ['classic', 'compact'],
  ],
  [['out', '--detector', 'y'], ['yunet']],
  [['out', '-f', 'csv,j'], ['csv,jsonl']],
  [['out', '--min-face', ''], []],
];

describe.for(Object.entries(SHELLS))('facetag completion %s', ([shell, propose]) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'facetag-completion-'));
  const script = path.join(folder, 'script');

  beforeAll(() => {
    const line = [bin, 'completion', shell];
    writeFileSync(script, execFileSync(process.execPath, line, { env: hermetic() }));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.skipIf(!isInstalled(shell)).for(CASES)(`proposes for %j (needs ${shell})`, ([words, proposed]) => {
    const cwd = temporaryFolder();
    for (const each of FOLDERS) mkdirSync(path.join(cwd, each));
    writeFileSync(path.join(cwd, 'a photo.jpg'), '');
    expect(propose(script, words, cwd)).toEqual([...proposed].sort());
  });
});

describe('facetag completion', () => {
  it('refuses a shell that it does not know', async () => {
    const { code, stderr } = await facetag(['completion', 'tcsh']);
    expect(code).toBe(2);
    expect(stderr).toContain('Expected one of bash, zsh, fish for the shell, received "tcsh"');
  });

  it('proposes packs of a manifest of the user’s', async () => {
    const { code, stderr } = await facetag(['completion', 'bash', '--manifest', '/nowhere.json']);
    expect(code).toBe(2);
    expect(stderr).toContain('--manifest');
    const vocabulary = { packs: ["it's"], detectors: [], shells: [] };
    const line = describeLine(vocabulary);
    expect(bashCompletion(line)).toContain(`'it'\\''s'`);
    expect(zshCompletion(line)).toContain(`(it'\\''s)`);
    expect(fishCompletion(line)).toContain(`'it\\'s'`);
  });
});
