import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PictureRecord } from '../src/core/report.js';
import { FAILURE_CODES } from '../src/types.js';
import { flagsOf } from '../src/cli/flags.js';
import { facetag } from './e2e/cli.js';
import { repository } from './shared.js';

const readme = readFileSync(path.join(repository, 'README.md'), 'utf8');

/** Rows of the flag table: first cell without its backticks, second cell. */
function flagRows(): [string, string][] {
  const table = /<!-- flags -->\n([^]*?)<!-- \/flags -->/.exec(readme)?.[1] ?? '';
  return [...table.matchAll(/^\| `([^`]+)` +\| (.+?) +\|$/gm)].map(([, flags = '', help = '']) => [
    flags,
    help,
  ]);
}

describe('README', () => {
  it('lists exactly the flags of --help, with the same words', () => {
    expect(flagRows()).toEqual(
      flagsOf('tag').map(({ row, help }) => [row.flags, help.replaceAll('|', '\\|')]),
    );
  });

  it('and --help shows them all', async () => {
    const { code, stdout } = await facetag(['--help']);
    expect(code).toBe(0);
    const words = stdout.replaceAll(/\s+/g, ' ');
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
        faces: faces.map(({ bbox, gender, age }) => ({ bbox, gender, age })),
      }));
    expect(readme).toContain(lines.map((line) => JSON.stringify(line)).join('\n') + '\n```');
  });

  it('explains every failure code', () => {
    for (const code of FAILURE_CODES) expect(readme).toContain(`\`${code}\``);
  });
});
