import { describe, expect, it } from 'vitest';
import { archiveKind, archivesAround, asksForArchives } from '../../../src/core/archives/kind.js';
import { isHiddenName, memberName } from '../../../src/core/archives/member-name.js';

describe('the kind of an archive', () => {
  it.each([
    ['a.tar', 'tar'],
    ['A.TAR', 'tar'],
    ['a.tar.gz', 'tar.gz'],
    ['a.tgz', 'tar.gz'],
    ['dir/a.Zip', 'zip'],
    ['a.gz', undefined],
    ['tar', undefined],
    ['a.tar.jpg', undefined],
    ['a.zip/b.jpg', undefined],
  ])('%s is %s', (name, kind) => {
    expect(archiveKind(name)).toBe(kind);
  });

  it.each([
    ['*.tar', true],
    ['shard-*.tar.gz', true],
    ['x/*.{tar,zip}', true],
    ['*.@(tar|tgz)', true],
    ['*', false],
    ['photos/**', false],
    ['*.jpg', false],
  ])('a glob %s asks for archives: %s', (pattern, asks) => {
    expect(asksForArchives(pattern)).toBe(asks);
  });

  it('finds every archive that a picture may be in', () => {
    expect(archivesAround('a.zip/b.tar/c.jpg')).toEqual(['a.zip', 'a.zip/b.tar']);
    expect(archivesAround('x/a.jpg')).toEqual([]);
    expect(archivesAround('a.tar')).toEqual([]);
  });
});

describe('the name of a member', () => {
  it.each([
    ['a.jpg', 'a.jpg'],
    ['./dir/./a.jpg', 'dir/a.jpg'],
    ['/etc/a.jpg', 'etc/a.jpg'],
    ['a//b.jpg', 'a/b.jpg'],
    ['a..b/...jpg', 'a..b/...jpg'],
    ['back\\slash.jpg', 'back\\slash.jpg'],
    ['line\nbreak.jpg', 'line\nbreak.jpg'],
    ['../a.jpg', undefined],
    ['a/../../b.jpg', undefined],
    ['a/../b.jpg', undefined],
    ['..', undefined],
    ['', undefined],
    ['/', undefined],
    ['a\0.jpg', undefined],
  ])('%j is %j', (stored, name) => {
    expect(memberName(stored)).toBe(name);
  });

  it.each([
    ['__MACOSX/._a.jpg', true],
    ['.trash/a.jpg', true],
    ['a.b/c.jpg', false],
  ])('%s is hidden: %s', (name, hidden) => {
    expect(isHiddenName(name)).toBe(hidden);
  });
});
