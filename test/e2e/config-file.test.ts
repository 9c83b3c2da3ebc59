import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DoctorReport } from '../../src/core/doctor-report.js';
import { FIXTURES } from '../pictures/made-picture.js';
import { contents, facetag, temporaryFolder } from './cli.js';

const NAME = 'facetag.config.json';

/** A folder with a config file. */
function configured(content: unknown): string {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, NAME), JSON.stringify(content));
  return folder;
}

const list = (...args: string[]): string[] => [FIXTURES, '--dry-run', ...args];

describe('facetag.config.json in the working directory', () => {
  it('sets flags and says so', async () => {
    const cwd = configured({ format: 'jsonl', ignore: ['*.png'] });
    const ran = await facetag([FIXTURES, '-o', 'faces', '--no-progress'], { cwd });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain(`format, ignore from ${path.join(cwd, NAME)}\n`);
    expect([...contents(path.join(cwd, 'faces')).keys()]).toEqual([
      'faces.jsonl',
      'facetag.json',
      'json/home.jpg.json',
    ]);
  });

  it('that sets more is refused by every command, with the remedy, which helps', async () => {
    const cwd = configured({ output: 'faces', summary: 'totals.json', ignore: ['*.png'] });
    for (const args of [[FIXTURES], ['video', FIXTURES], ['serve'], ['doctor'], ['models', 'list']]) {
      const { code, stdout, stderr } = await facetag(args, { cwd });
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`${path.join(cwd, NAME)} sets output, summary. `);
      expect(stderr).toContain(`name it: --config ./${NAME}`);
    }
    expect([...contents(cwd).keys()]).toEqual([NAME]);
    expect(await facetag([FIXTURES, '--config', `./${NAME}`], { cwd })).toMatchObject({ code: 0 });
    expect([...contents(cwd).keys()]).toContain('faces/json/home.jpg.json');
    expect([...contents(cwd).keys()]).toContain('totals.json');
  });

  it('decides how messages are told, and what is wrong with it is told that way', async () => {
    const { stderr } = await facetag(list(), { cwd: configured({ logFormat: 'json', minFace: -1 }) });
    expect(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ code: 'USAGE' });
  });

  it('is not looked for in the folders above', async () => {
    const cwd = path.join(configured({ nonsense: 1 }), 'below');
    mkdirSync(cwd);
    expect(await facetag(list(), { cwd })).toMatchObject({ code: 0 });
  });

  it('names an unknown key and the one that was meant', async () => {
    const { code, stderr } = await facetag(list(), { cwd: configured({ minfaces: 3 }) });
    expect(code).toBe(2);
    expect(stderr).toContain('such as minFace,');
    expect(stderr).toContain(NAME);
  });

  it.skipIf(process.getuid?.() !== 0)('of another user is left out with a warning (needs root)', async () => {
    const cwd = configured({ nonsense: 1 });
    chownSync(path.join(cwd, NAME), 12345, 12345);
    const ran = await facetag(list(), { cwd });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('belongs to another user');
    expect(await facetag(list('--config', NAME), { cwd })).toMatchObject({ code: 2 });
  });
});

describe('--config', () => {
  it('goes before FACETAG_CONFIG, and that before the working directory', async () => {
    const cwd = configured({ nonsense: 1 });
    const one = path.join(configured({ ignore: '*.png' }), NAME);
    const two = path.join(configured({ ignore: '*.jpg' }), NAME);
    const env = { FACETAG_CONFIG: two };
    expect((await facetag(list('--config', one), { cwd, env })).stdout).toBe('tag\thome.jpg\n');
    expect((await facetag(list(), { cwd, env })).stdout).toBe('tag\tastronaut.png\ntag\tcamera.png\n');
  });

  it('names a file that is not there', async () => {
    const { code, stderr } = await facetag(list('--config', '/nowhere/f.json'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/for --config, received "\/nowhere\/f.json"/);
  });
});

describe('a hostile config file is refused at once', () => {
  it.each<[string, (file: string) => void]>([
    ['a FIFO', (file) => execFileSync('mkfifo', [file])],
    [
      'a link to a device',
      (file) => {
        symlinkSync('/dev/zero', file);
      },
    ],
    [
      'a folder',
      (file) => {
        mkdirSync(file);
      },
    ],
    [
      'a gigabyte',
      (file) => {
        writeFileSync(file, '');
        truncateSync(file, 2 ** 30);
      },
    ],
  ])('%s', async (_, make) => {
    const cwd = temporaryFolder();
    make(path.join(cwd, NAME));
    const { code, stderr } = await facetag(list(), { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(`Expected a readable regular file of at most 65536 bytes for ${NAME}`);
  });
});

it('facetag doctor shows where values come from', async () => {
  const cwd = configured({ minFace: 40, maxDim: 'large' });
  const env = { FACETAG_PACK: 'classic' };
  const { code, stdout } = await facetag(['doctor', '--json', '-o', 'out'], { cwd, env });
  expect(code).toBe(2);
  const { checks } = JSON.parse(stdout) as DoctorReport;
  const file = path.join(cwd, NAME);
  expect(checks.filter(({ check }) => check.startsWith('setting'))).toMatchObject([
    { check: 'setting output', found: '"out" from --output' },
    { check: 'setting json' },
    { check: 'setting pack', found: '"classic" from FACETAG_PACK' },
    { check: 'setting minFace', found: `"40" from ${file}` },
    { check: 'setting maxDim', status: 'fault', remedy: `Correct it: ${file}` },
  ]);
});
