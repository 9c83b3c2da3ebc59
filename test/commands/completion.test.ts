import { describe, expect, it } from 'vitest';
import { requestOf } from '../../src/commands/completion.js';
import { pathsFrom } from '../../src/commands/merge/inspect.js';
import { resolveConfig } from '../cli/resolve-config.js';

describe('what a run was asked for', () => {
  it.each([
    [['s3://photos/2024/'], ['s3://photos/2024']],
    [
      ['s3://photos/2024', 's3://photos/'],
      ['s3://photos', 's3://photos/2024'],
    ],
    [['s3://photos//'], ['s3://photos/']],
    [['photos/', '/data/photos'], ['../photos']],
    [['out'], ['.']],
  ])('%j is noted as %j', (inputs, paths) => {
    const config = resolveConfig(inputs, {}, {});
    expect(requestOf(config, '/data/out', '/data').paths).toEqual(paths);
  });
});

describe('where all pictures of a merge are', () => {
  it.each([
    [{ base: 's3://photos' }, ['s3://photos']],
    [{ base: '/data/photos', others: new Map([['more', '/data/out/more']]) }, ['../photos', 'more']],
  ])('is noted of %j as a run over them notes it', (roots, paths) => {
    expect(pathsFrom('/data/out', roots)).toEqual(paths);
  });
});
