import { describe, expect, it } from 'vitest';
import { requestOf } from '../../src/commands/completion.js';
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
