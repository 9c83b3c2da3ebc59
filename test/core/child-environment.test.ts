import { expect, it } from 'vitest';
import { childEnvironment } from '../../src/core/child-environment.js';

it.each([
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'FACETAG_TOKEN',
  'HTTPS_PROXY',
  'NODE_AUTH_TOKEN',
  'LD_SDK_KEY',
  'GITHUB_TOKEN',
  'FFREPORT',
  'HOME',
  'path',
  'XPATH',
  '__proto__',
])('a child is not told %s', (name) => {
  expect(childEnvironment(Object.fromEntries([[name, 'x']]))).toEqual({});
});

it('a child is told where libraries are and how to use the machine', () => {
  const env = { PATH: '/bin', LD_PRELOAD: 'x.so', LC_ALL: 'C', OMP_NUM_THREADS: '1', MALLOC_ARENA_MAX: '2' };
  expect(childEnvironment({ ...env, TZ: undefined })).toEqual(env);
});
