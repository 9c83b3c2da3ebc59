import { expect, test } from 'vitest';
import { surelyTags } from '../../src/cli/head-start.js';

test.each([
  ['a.jpg --jsonl'],
  ['tag a.jpg --jsonl -q -j 2'],
  ['--jsonl --files-from list --fail-if faces>1'],
  ['--jsonl --no-progress photos --watch'],
])('a lane is launched ahead for %s', (line) => {
  expect(surelyTags(line.split(' '), {})).toBe(true);
});

test.each([
  ['nothing', ''],
  ['a folder of results', 'photos -o out --jsonl'],
  ['a folder in one word', 'photos -oout --jsonl'],
  ['a folder by its long name', 'photos --output=out --jsonl'],
  ['a folder behind other letters', 'photos -qo out --jsonl'],
  ['the default folder', 'photos'],
  ['a look', 'photos --jsonl --dry-run'],
  ['a look, short', 'photos --jsonl -n'],
  ['help', '--jsonl --help'],
  ['the version', '--version --jsonl'],
  ['another command', 'export out'],
])('no lane is launched ahead for %s', (_, line) => {
  expect(surelyTags(line.split(' '), {})).toBe(false);
});

test.each(['FACETAG_OUTPUT', 'FACETAG_DRY_RUN'])('nor where %s is set', (name) => {
  expect(surelyTags(['a.jpg', '--jsonl'], { [name]: 'x' })).toBe(false);
});
