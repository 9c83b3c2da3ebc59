import { describe, expect, it } from 'vitest';
import { parseConfigFile } from '../../src/cli/config-file.js';
import { FLAG_NAMES, FOUND_NAMES } from '../../src/cli/flags.js';
import { resolveFlags, type RawFlags } from '../../src/cli/options.js';
import { settingsOf } from '../../src/cli/settings.js';

const FILE = '/etc/faces/facetag.config.json';

const parse = (content: unknown, named = true) => parseConfigFile(JSON.stringify(content), FILE, named);
const resolve = (content: unknown, raw: RawFlags = {}, env: Record<string, string> = {}) =>
  resolveFlags('tag', raw, env, parse(content));

describe('a config file', () => {
  it('goes before the default, and the environment and a flag before it', () => {
    expect(resolve({}).minFace).toBe(0);
    expect(resolve({ minFace: 40 }).minFace).toBe(40);
    expect(resolve({ minFace: 40 }, {}, { FACETAG_MIN_FACE: '50' }).minFace).toBe(50);
    expect(resolve({ minFace: 40 }, {}, { FACETAG_MIN_FACE: '' }).minFace).toBe(40);
    expect(resolve({ minFace: 40 }, { minFace: '60' }, { FACETAG_MIN_FACE: '50' }).minFace).toBe(60);
  });

  it('has texts, numbers, switches and lists', () => {
    const content = {
      pack: 'classic',
      jobs: 2,
      annotate: true,
      progress: false,
      format: ['csv', 'jsonl'],
      ignore: ['a,b', 'c'],
      shard: '1/4',
    };
    expect(resolve(content)).toMatchObject({ ...content, shard: { index: 1, count: 4 } });
    expect(resolve({ format: 'jsonl', ignore: 'a' })).toMatchObject({ format: ['jsonl'], ignore: ['a'] });
  });

  it.each([
    ['output', 'out', '/etc/faces/out'],
    ['output', '/srv/out', '/srv/out'],
    ['manifest', '../packs.json', '/etc/packs.json'],
    ['filesFrom', 'list', '/etc/faces/list'],
    ['filesFrom', '-', '-'],
    ['newerThan', '7d', '7d'],
    ['newerThan', '2024-05-01', '2024-05-01'],
    ['newerThan', 'stamp', '/etc/faces/stamp'],
    ['where', 'faces > 1', 'faces > 1'],
  ])('%s %j is %j', (key, value, expected) => {
    expect(resolve({ [key]: value })).toMatchObject({ [key]: expected });
  });

  it('starts the path of calibrate from its folder, too', () => {
    const file = parse({ calibrate: 'photos' });
    expect(resolveFlags('models quantize', {}, {}, file).calibrate).toBe('/etc/faces/photos');
  });

  it('may hold keys of other commands, whatever their values', () => {
    const file = parse({ mirror: 7, allowPartial: 'perhaps', minFace: 40 });
    expect(resolveFlags('tag', {}, {}, file).minFace).toBe(40);
    expect(() => resolveFlags('merge', {}, {}, file)).toThrow(
      `Expected 1 or 0 for allowPartial in ${FILE}, received "perhaps"`,
    );
  });

  it.for<[unknown, string]>([
    [
      { minFaces: 1 },
      `Expected the name of a flag as a key, such as minFace, for ${FILE}, received "minFaces"`,
    ],
    [
      { 'min-face': 1 },
      `Expected the name of a flag as a key, such as minFace, for ${FILE}, received "min-face"`,
    ],
    [{ $qx: 1 }, `Expected the name of a flag as a key for ${FILE}, received "$qx"`],
    [{ config: 'x' }, `Expected the name of a flag as a key`],
    [{ constructor: 1 }, `Expected the name of a flag as a key`],
    [{ minFace: -1 }, `Expected a size in pixels for minFace in ${FILE}, received "-1"`],
    [{ minFace: true }, `Expected a size in pixels for minFace in ${FILE}, received true`],
    [{ engine: 'cuda' }, `Expected one of opencv, onnxruntime for engine in ${FILE}, received "cuda"`],
    [{ jsonl: 'perhaps' }, `Expected 1 or 0 for jsonl in ${FILE}, received "perhaps"`],
    [{ output: '' }, `Expected a value for output in ${FILE}, received ""`],
    [{ output: null }, `Expected one value for output in ${FILE}, received null`],
    [{ output: ['a'] }, `Expected one value for output in ${FILE}, received ["a"]`],
    [{ ignore: [1] }, `Expected a text or a list of texts for ignore in ${FILE}, received [1]`],
    [{ ignore: true }, `Expected a text or a list of texts for ignore in ${FILE}, received true`],
    [[], `Expected a JSON object, such as {"minFace": 40}, for ${FILE}, received []`],
    [null, `Expected a JSON object, such as {"minFace": 40}, for ${FILE}, received null`],
  ])('%j is refused', ([content, message]) => {
    expect(() => resolve(content)).toThrow(message);
  });

  it('that is no JSON is refused with the place', () => {
    expect(() => parseConfigFile('{ "minFace": 40, }', FILE, true)).toThrow(
      /^Expected JSON \(.*\) for \/etc\//,
    );
  });
});

describe('a config file that nobody named', () => {
  it.each([
    ['summary', '/home/user/.bashrc'],
    ['output', '/home/user'],
    ['output', 'below'],
    ['host', '0.0.0.0'],
    ['port', 80],
    ['token', 'known-to-a-stranger'],
    ['endpointUrl', 'http://stranger.example'],
    ['models', 'nets'],
    ['manifest', 'packs.json'],
    ['mirror', 'http://stranger.example'],
    ['filesFrom', '/home/user/private'],
    ['pack', 'of-a-stranger'],
    ['engine', 'onnxruntime'],
    ['csvNames', 'exact'],
    ['blurWhere', 'maxAge < 0'],
    ['follow', true],
    ['pruneAll', true],
    ['watch', true],
    ['allowFailed', true],
    ['failIf', 'faces > 0'],
    ['quiet', true],
    ['jobs', 256],
    ['maxLaneMemory', 1000000],
    ['summary', null],
  ])('may not set %s to %j', (key, value) => {
    const refused = `${FILE} sets ${key}. `;
    expect(() => parse({ minFace: 40, [key]: value }, false)).toThrow(refused);
    expect(() => parse({ [key]: value }, false)).toThrow('name it: --config ./facetag.config.json');
  });

  it('may set what changes how pictures are read and shown', () => {
    const content = { format: 'jsonl', minConfidence: 0.5, maxDim: 1000, ignore: ['a'], progress: false };
    expect(resolveFlags('tag', {}, {}, parse(content, false))).toMatchObject({
      ...content,
      format: ['jsonl'],
    });
  });

  it('may set no flag that does not say so: this list is looked through by people when it grows', () => {
    expect(FOUND_NAMES).toEqual([
      ...['format', 'records', 'annotate', 'blur', 'pixelate', 'crops', 'cropPadding', 'cropSize', 'report'],
      ...['inline', 'where', 'yoloClasses', 'split', 'attributes', 'minConfidence', 'minFace', 'maxDim'],
      ...['smallFaces', 'turned', 'flip', 'padding', 'ignore', 'hidden', 'every', 'diff', 'thorough'],
      ...['verbose', 'progress', 'color', 'logFormat'],
    ]);
    for (const name of FLAG_NAMES.filter((each) => each !== 'config' && !FOUND_NAMES.includes(each))) {
      expect(() => parse({ [name]: 1 }, false), name).toThrow(`sets ${name}. `);
    }
  });

  it.each([
    ['another case', '{"Summary": "x"}', 'Expected the name of a flag as a key, such as summary,'],
    ['a prototype', '{"__proto__": {"summary": "x"}}', 'received "__proto__"'],
    ['an escape', String.raw`{"summary": "x"}`, 'sets summary'],
    ['the same key twice', '{"minFace": 1, "host": "::", "host": "::1"}', 'sets host'],
    ['a key of the environment', '{"FACETAG_SUMMARY": "x"}', 'Expected the name of a flag as a key'],
    ['several keys', '{"host": "::", "minFace": 1, "port": 1}', 'sets host, port. '],
  ])('gets by with no %s', (_, text, message) => {
    expect(() => parseConfigFile(text, FILE, false)).toThrow(message);
  });
});

it('settings tell where each value comes from', () => {
  const file = parse({ minFace: 40, timeout: 'soon', mirror: 'http://mirror' });
  const env = { FACETAG_MIN_FACE: '50', FACETAG_NO_PROGRESS: '1' };
  expect(settingsOf({ raw: { output: 'out' }, env, file })).toEqual([
    { name: 'output', value: 'out', from: '--output' },
    { name: 'mirror', value: 'http://mirror', from: FILE },
    { name: 'minFace', value: '50', from: 'FACETAG_MIN_FACE' },
    {
      name: 'timeout',
      value: 'soon',
      from: FILE,
      problem: `Expected seconds in 0.1..86400 for timeout in ${FILE}, received "soon"`,
    },
    { name: 'progress', value: '1', from: 'FACETAG_NO_PROGRESS' },
  ]);
});
