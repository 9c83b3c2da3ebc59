import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { AGE_CUTS, ageGroup } from '../../src/core/labels.js';
import type { PictureRecord } from '../../src/core/report.js';
import { FAILURE_CODES } from '../../src/types.js';
import { flagTables, foundKeys } from '../flag-tables.js';
import { manPage } from '../man-page.js';
import { repository } from '../shared.js';
import { facetag } from './cli.js';

const readme = readFileSync(path.join(repository, 'README.md'), 'utf8');

/** Rows of the flag table: first cell without its backticks, second cell. */
function flagRows(): [string, string][] {
  const table = /<!-- flags -->\n([^]*?)<!-- \/flags -->/.exec(readme)?.[1] ?? '';
  return [...table.matchAll(/^\| `([^`]+)` +\| (.+?) +\|$/gm)].map(([, flags = '', help = '']) => [
    flags,
    help,
  ]);
}

const isInstalled = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;

describe('README', () => {
  it('lists flags that there are, with the words of --help', async () => {
    const { code, stdout } = await facetag(['--help']);
    expect(code).toBe(0);
    const words = stdout.replaceAll(/\s+/g, ' ');
    expect(flagRows().length).toBeGreaterThan(5);
    for (const [flags, help] of flagRows())
      expect(words).toContain(`${flags} ${help}`.replaceAll(/\s+/g, ' '));
  });

  it('shows what its one-liner really prints', async () => {
    const { stdout } = await facetag([path.join(repository, 'fixtures/images'), '--jsonl']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as PictureRecord)
      .map(({ image, faces }) => ({
        image,
        faces: faces.map(({ bbox, gender, ageYears }) => ({ bbox, gender, ageYears })),
      }));
    expect(readme).toContain(lines.map((line) => JSON.stringify(line)).join('\n') + '\n```');
  });

  it('leads to pages that are there', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(20);
    for (const link of links) expect(existsSync(path.join(repository, link)), link).toBe(true);
  });
});

describe('docs/output.md', () => {
  it('explains every failure code', () => {
    const output = readFileSync(path.join(repository, 'docs/output.md'), 'utf8');
    for (const code of FAILURE_CODES) expect(output).toContain(`\`${code}\``);
  });

  it('says where age groups are cut', () => {
    const output = readFileSync(path.join(repository, 'docs/output.md'), 'utf8').replaceAll(/\s+/g, ' ');
    const last = AGE_CUTS.at(-1) ?? 0;
    expect(output).toContain(`the cuts are at ${AGE_CUTS.slice(0, -1).join(', ')} and ${last} years`);
    expect(output).toContain(`a face of 36 years is in \`${ageGroup(36)}\``);
    expect(output).toContain(`25 and 32 for \`${ageGroup(24)}\`, also of a face of 24 years`);
  });
});

describe('docs/flags.md', () => {
  // After a change of the tables: npx vitest run test/e2e/readme.test.ts -u
  it('has the commands and flags that the command line is read with', async () => {
    const file = path.join(repository, 'docs/flags.md');
    const options = await resolveConfig(file);
    await expect(await format(flagTables(), { ...options, filepath: file })).toMatchFileSnapshot(file);
  });
});

describe('docs/shell.md', () => {
  it('says which keys a config file may have that nobody named', () => {
    const shell = readFileSync(path.join(repository, 'docs/shell.md'), 'utf8');
    expect(shell.replaceAll(/\s+/g, ' ')).toContain(foundKeys());
  });
});

describe('man/facetag.1', () => {
  const file = path.join(repository, 'man/facetag.1');

  // After a change of the tables: npx vitest run test/e2e/readme.test.ts -u
  it('has the commands and flags that the command line is read with', async () => {
    await expect(manPage()).toMatchFileSnapshot(file);
  });

  it.skipIf(!isInstalled('groff'))('has nothing that groff warns of (needs groff)', () => {
    const { status, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-z', file], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.skipIf(!isInstalled('mandoc'))('has nothing that mandoc warns of (needs mandoc)', () => {
    const { status, stdout } = spawnSync('mandoc', ['-Tlint', '-Wwarning', file], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});
