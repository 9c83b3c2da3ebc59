import { describe, expect, it } from 'vitest';
import { lockMatches, type Lock } from '../../bin/setup/npm-packages.js';

const linux = { platform: 'linux', arch: 'x64' };
const plain = { version: '1.0.0', integrity: 'sha512-a' };
const forLinux = { ...plain, optional: true, os: ['linux'], cpu: ['x64'] };

const cases: [string, Lock['packages'], Lock['packages'], boolean][] = [
  ['the same', { '': {}, a: plain }, { a: plain }, true],
  ['nothing installed', { '': {}, a: plain }, undefined, false],
  ['another version', { a: plain }, { a: { ...plain, version: '1.0.1' } }, false],
  ['other contents', { a: plain }, { a: { ...plain, integrity: 'sha512-b' } }, false],
  ['a package too many', { a: plain }, { a: plain, b: plain }, true],
  ['a development package left out', { a: plain, b: plain }, { a: plain }, false],
  ['an optional package of this machine left out', { a: forLinux }, {}, false],
  ['one of another system left out', { a: { ...forLinux, os: ['darwin'] } }, {}, true],
  ['one of another processor left out', { a: { ...forLinux, cpu: ['arm64'] } }, {}, true],
  ['one of another C library left out', { a: { ...forLinux, libc: ['musl'] } }, {}, true],
  ['a WebAssembly substitute left out', { a: { ...plain, optional: true, cpu: ['wasm32'] } }, {}, true],
];

describe('lockMatches', () => {
  it.each(cases)('%s', (_, wanted, installed, expected) => {
    const lock = (packages: Lock['packages']): Lock => (packages === undefined ? {} : { packages });
    expect(lockMatches(lock(wanted), lock(installed), linux)).toBe(expected);
  });
});
