import { describe, expect, it } from 'vitest';
import { environmentName, FLAG_NAMES } from '../../src/cli/flags.js';
import { writesFiles } from '../../src/config.js';
import { resolveConfig } from './resolve-config.js';

const resolve = (raw: Parameters<typeof resolveConfig>[1], env: Record<string, string> = {}) =>
  resolveConfig(['photos'], raw, env);

describe('resolveConfig', () => {
  it('has the documented defaults and is frozen', () => {
    const config = resolve({});
    expect(config).toMatchObject({
      inputs: ['photos'],
      format: ['csv'],
      pack: 'compact',
      engine: 'opencv',
      maxDim: undefined,
      minFace: 0,
      timeout: 60,
      maxPixels: 100_000_000,
      thorough: false,
      maxBytes: 500_000_000,
      maxLaneMemory: 2048,
      progress: true,
      color: 'auto',
      logFormat: 'text',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it.each([
    ['flag before environment', { maxDim: '320' }, { FACETAG_MAX_DIM: '640' }, 320],
    ['environment before default', {}, { FACETAG_MAX_DIM: '640' }, 640],
    ['an empty variable counts as unset', {}, { FACETAG_MAX_DIM: '' }, undefined],
  ])('%s', (_, raw, env, expected) => {
    expect(resolve(raw, env).maxDim).toBe(expected);
  });

  it('gives every flag an environment form', () => {
    const names = FLAG_NAMES.map(environmentName);
    expect(new Set(names).size).toBe(FLAG_NAMES.length);
    expect(names).toContain('FACETAG_MIN_FACE');
    expect(names).toContain('FACETAG_NO_PROGRESS');
  });

  it.each([
    ['1', false],
    ['0', true],
  ])('FACETAG_NO_PROGRESS=%s', (value, progress) => {
    expect(resolve({}, { FACETAG_NO_PROGRESS: value }).progress).toBe(progress);
  });

  it('reads lists', () => {
    expect(resolve({ format: 'csv,jsonl' }).format).toEqual(['csv', 'jsonl']);
    expect(resolve({ format: 'none' }).format).toEqual([]);
    expect(resolve({}, { FACETAG_IGNORE: 'a{1,2}\nb' }).ignore).toEqual(['a{1,2}', 'b']);
    expect(resolve({}).attributes).toEqual(['gender', 'age']);
    expect(resolve({ attributes: 'expression, age,gender,age' }).attributes).toEqual([
      'gender',
      'age',
      'expression',
    ]);
    expect(resolve({ shard: '2/3' }).shard).toEqual({ index: 2, count: 3 });
  });

  it('takes a share from the scheduler, and names its folder', () => {
    const flags = { shard: 'auto/200', output: 'out-{shard}', summary: '{shard}.json' };
    expect(resolve(flags, { SLURM_ARRAY_TASK_ID: '7' })).toMatchObject({
      shard: { index: 7, count: 200, from: 'SLURM_ARRAY_TASK_ID' },
      output: 'out-007-of-200',
      summary: '007-of-200.json',
    });
    expect(resolve({ shard: '2/3', output: 'out' })).toMatchObject({ shard: { index: 2 }, output: 'out' });
  });

  it.each([
    [{ minConfidence: '1.5' }, 'Expected a number in 0..1 for --min-confidence, received "1.5"'],
    [{ minConfidence: '' }, 'Expected a number in 0..1 for --min-confidence, received ""'],
    [{ jobs: '0' }, 'Expected a whole number in 1..256 for --jobs, received "0"'],
    [{ jobs: '1.5' }, 'Expected a whole number in 1..256 for --jobs, received "1.5"'],
    [{ engine: 'tensorrt' }, 'Expected one of opencv, onnxruntime for --engine, received "tensorrt"'],
    [{ format: 'xml' }, 'Expected one of csv, jsonl, none for --format, received "xml"'],
    [{ format: 'csv,none' }, 'Expected none alone for --format, received "csv,none"'],
    [
      { attributes: 'gender,mood' },
      'Expected one of gender, age, expression for --attributes, received "mood"',
    ],
    [
      { attributes: 'age,expression' },
      'Expected gender and age, which every record has, and at most expression beside them for --attributes',
    ],
    [{ shard: '4/3' }, 'Expected K/N with 1 <= K <= N, auto/N, auto0/N or auto for --shard, received "4/3"'],
    [{ shard: '0/3' }, 'Expected K/N with 1 <= K <= N, auto/N, auto0/N or auto for --shard, received "0/3"'],
    [{ shard: 'auto0' }, 'auto/N, auto0/N or auto for --shard, received "auto0"'],
    [{ shard: 'auto/0' }, 'auto/N, auto0/N or auto for --shard, received "auto/0"'],
    [{ output: 'out-{shard}' }, 'Expected --shard beside {shard} for --output, received "out-{shard}"'],
    [{ summary: '{shard}.json' }, 'Expected --shard beside {shard} for --summary'],
    [{ jsonl: true, annotate: true }, 'Expected an output folder (-o <dir>) beside --jsonl for --annotate'],
    [{ jsonl: true, crops: true }, 'Expected an output folder (-o <dir>) beside --jsonl for --crops'],
    [{ blur: true, pixelate: true }, 'Expected one of --blur and --pixelate for the blurred copies'],
    [{ blurWhere: 'age' }, 'Expected --blur or --pixelate for --blur-where'],
    [{ cropPadding: '0.1' }, 'Expected --crops for --crop-padding'],
    [{ cropSize: '64' }, 'Expected --crops for --crop-size'],
    [{ quiet: true, verbose: true }, 'Expected one of --quiet and --verbose'],
    [{ null: true }, 'Expected --files-from for --null'],
  ])('refuses %j', (raw, message) => {
    expect(() => resolve(raw)).toThrow(message);
  });

  it('names the variable when the environment is at fault', () => {
    expect(() => resolve({}, { FACETAG_JOBS: 'many' })).toThrow('for FACETAG_JOBS, received "many"');
  });
});

describe('writesFiles', () => {
  it.each([
    [{ jsonl: false, output: undefined }, true],
    [{ jsonl: true, output: undefined }, false],
    [{ jsonl: true, output: 'out' }, true],
  ])('%j', (config, expected) => {
    expect(writesFiles(config)).toBe(expected);
  });
});
