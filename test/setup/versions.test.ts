import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { OLDEST_NODE, complaintAboutNode, isSupportedOpenCv } from '../../bin/setup/versions.js';
import { repository } from '../shared.js';

it.each([
  ['3.4.20', false],
  ['4.2.0', false],
  ['4.4.0', false],
  ['4.5.0', true],
  ['4.6.0', true],
  ['4.10.0', true],
  ['5.0.0', false],
])('OpenCV %s is supported: %s', (version, expected) => {
  expect(isSupportedOpenCv(version)).toBe(expected);
});

describe('the oldest Node', () => {
  it('is the one that package.json asks for', () => {
    const { engines } = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    expect(engines.node).toBe(`>=${OLDEST_NODE}`);
  });

  it.each(['20.18.1', '20.18.1-nightly', '20.20.0', '22.1.0', '26.0.0'])('is no older than %s', (version) => {
    expect(complaintAboutNode(version)).toBeUndefined();
  });

  it.each(['12.22.9', '18.20.4', '20.9.0', '20.18.0'])(
    'is newer than %s, which is told in a line',
    (version) => {
      expect(complaintAboutNode(version)).toMatch(
        new RegExp(`^facetag needs Node 20\\.18\\.1 or later; this is v${version} .+$`),
      );
    },
  );
});
