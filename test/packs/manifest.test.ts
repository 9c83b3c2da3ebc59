import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDetector, findPack, loadManifest } from '../../src/packs/manifest.js';
import { parseManifest } from '../../src/packs/validate-manifest.js';
import { repository } from '../shared.js';
import { content, fakeManifest, modelFile } from './fake-pack.js';

const file = (name: string): ReturnType<typeof modelFile> => modelFile(name, content(1, 10));
const valid = fakeManifest([file('a.onnx'), file('b.onnx'), file('c.onnx')]);

describe('the shipped manifest', async () => {
  const text = await readFile(path.join(repository, 'models', 'manifest.json'), 'utf8');
  const { packs } = parseManifest(text, 'models/manifest.json');

  it('is in the schema, since a run does not validate it', () => {
    expect(Object.keys(packs)).toContain('classic');
  });

  it('pins every URL to a commit and every pulled file to a URL', () => {
    for (const pack of Object.values(packs).filter(({ origin }) => origin === 'pulled')) {
      for (const { urls } of pack.files.filter(({ from }) => from === undefined)) {
        expect(urls.length).toBeGreaterThan(0);
        // The second host is that of files which a repository keeps in Git LFS.
        for (const url of urls)
          expect(url).toMatch(
            /^https:\/\/(raw\.githubusercontent\.com|media\.githubusercontent\.com\/media)\/[^/]+\/[^/]+\/[0-9a-f]{40}\//,
          );
      }
    }
  });

  it('takes from another pack only what an embedded one has', () => {
    const taken = Object.values(packs).flatMap(({ files }) => files.filter(({ from }) => from !== undefined));
    expect(taken.length).toBeGreaterThan(0);
    for (const { from, ...file } of taken) {
      expect(packs[from!]!.origin).toBe('embedded');
      expect(packs[from!]!.files).toContainEqual(file);
    }
  });

  it('names only definitions that ship', async () => {
    const shipped = await readdir(path.join(repository, 'models', 'classic'));
    const builtin = [...text.matchAll(/"builtin:classic\/([^"]+)"/g)].map((match) => match[1]);
    expect(builtin.length).toBeGreaterThan(0);
    for (const name of builtin) expect(shipped).toContain(name);
  });
});

describe('parseManifest', () => {
  it('takes a valid one', () => {
    expect(parseManifest(JSON.stringify(valid), 'x.json')).toEqual(valid);
  });

  const change = (edit: (fake: Record<string, unknown>) => void): string => {
    const copy = structuredClone(valid) as unknown as { packs: { fake: Record<string, unknown> } };
    edit(copy.packs.fake);
    return JSON.stringify(copy);
  };

  it.each([
    ['no JSON', '{', 'x.json is not a valid manifest'],
    ['an unknown key', change((fake) => (fake['colour'] = 1)), 'colour'],
    ['a path for a name', change((fake) => (fake['files'] = [file('../a.onnx')])), 'a plain file name'],
    [
      'a default that is no detector',
      change((fake) => (fake['defaultDetector'] = 'three')),
      '"three" is not one of the detectors',
    ],
    [
      'weights that are no file',
      change((fake) => (fake['files'] = [file('a.onnx'), file('b.onnx')])),
      '"c.onnx" is not one of the files',
    ],
    [
      'a file twice',
      change((fake) => (fake['files'] = ['a.onnx', 'a.onnx', 'b.onnx', 'c.onnx'].map(file))),
      'same name',
    ],
    ['a pack that claims to ship with facetag', change((fake) => (fake['origin'] = 'embedded')), 'embedded'],
  ])('refuses %s', (_what, text, message) => {
    expect(() => parseManifest(text, 'x.json', 'user')).toThrow(message);
  });

  it('says what to change in one of schema 1', () => {
    const first = JSON.stringify({ ...valid, schemaVersion: 1 });
    expect(() => parseManifest(first, 'x.json', 'user')).toThrow(
      /x\.json is not a valid manifest:\n.*schema 1.*\n[^]*"estimators": \[\{ "family": "tiny-xception"/,
    );
  });

  const two = (more: object, giving: object = {}): string =>
    change((fake) => {
      const [one] = fake['estimators'] as object[];
      Object.assign(fake, { estimators: [one, { ...one, ...giving }] }, more);
    });
  const mean = (...weights: number[]) => ({ rule: 'weighted-mean', weights });

  it('takes two estimators with a rule for what both give', () => {
    const both = { combine: { male: mean(0.5, 0.5), years: mean(0.7, 0.3) } };
    expect(() => parseManifest(two(both), 'x.json')).not.toThrow();
    const one = { combine: { years: mean(0.7, 0.3) } };
    expect(() => parseManifest(two(one, { gives: ['years'] }), 'x.json')).not.toThrow();
  });

  const crop = { kind: 'box', padding: 0, fill: 'replicate' };
  it.each([
    [
      'two that give the same without a rule',
      two({}),
      '2 estimators give "male": "combine" needs a rule for it',
    ],
    [
      'a rule of too few weights',
      two({ combine: { male: mean(1), years: mean(1, 1) } }),
      'combine.male has 1 weight for 2 estimators',
    ],
    ['a weight of 0', two({ combine: { male: mean(0, 1), years: mean(1, 1) } }), 'combine.male.weights'],
    [
      'a rule that nobody knows',
      two({ combine: { male: { rule: 'max', weights: [1, 1] } } }),
      'combine.male',
    ],
    ['a rule for what is no estimate', two({ combine: { gender: mean(1, 1) } }), 'gender'],
    ['no estimators', change((fake) => (fake['estimators'] = [])), 'estimators'],
    [
      'estimators without an age',
      two({}, {}).replaceAll(/"gives":\["male","years"\]/g, '"gives":["male"]'),
      '"years" or',
    ],
    ['an estimator that gives what its family cannot', two({}, { gives: ['ageDistribution'] }), 'gives'],
    ['a crop of an unknown kind', two({}, { crop: { ...crop, kind: 'ellipse' } }), 'crop'],
    ['a crop filled with something else', two({}, { crop: { ...crop, fill: 'white' } }), 'crop.fill'],
    ['a label twice', two({}, { genderLabels: ['Male', 'Male'] }), 'each label once'],
  ])('refuses %s', (_what, text, message) => {
    expect(() => parseManifest(text, 'x.json')).toThrow(message);
  });

  it.each([
    ['builtin:classic/res10.prototxt', true],
    ['builtin:../../etc/passwd', false],
    ['elsewhere.prototxt', false],
    [undefined, false],
  ])('a Caffe net with the definition %s: %s', (definition, accepted) => {
    const text = change((fake) => {
      const detectors = fake['detectors'] as Record<string, { net: Record<string, unknown> }>;
      Object.assign(detectors['one']!.net, { format: 'caffe', definition });
    });
    const parse = (): unknown => parseManifest(text, 'x.json');
    if (accepted) expect(parse).not.toThrow();
    else expect(parse).toThrow(/is neither one of the files nor|needs a definition/);
  });
});

describe('loadManifest', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'facetag-manifest-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('adds the packs of a manifest of the user', async () => {
    const userManifest = path.join(folder, 'mine.json');
    await writeFile(userManifest, JSON.stringify(valid));
    const { packs } = await loadManifest({ packageRoot: repository, userManifest });
    expect(Object.keys(packs)).toEqual(expect.arrayContaining(['classic', 'fake']));
  });

  it('refuses a FIFO without waiting for its other end', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'facetag-manifest-'));
    const fifo = path.join(folder, 'packs.json');
    execFileSync('/usr/bin/env', ['mkfifo', fifo]);
    const loading = loadManifest({ packageRoot: repository, userManifest: fifo });
    await expect(loading).rejects.toThrow('Expected a readable, regular file for --manifest');
    await rm(folder, { recursive: true });
  });

  it('refuses one that is not there', async () => {
    const loading = loadManifest({ packageRoot: repository, userManifest: '/nowhere.json' });
    await expect(loading).rejects.toThrow(
      'Expected a readable, regular file for --manifest, received "/nowhere.json"',
    );
  });
});

describe('findPack and findDetector', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])(
    'refuse %j, which every object has, as a usage error',
    (name) => {
      const code = 'USAGE';
      const caught = (find: () => unknown): unknown => {
        try {
          return find();
        } catch (error) {
          return error;
        }
      };
      expect(caught(() => findPack(valid, name))).toMatchObject({
        code,
        message: `Expected one of fake for the pack, received ${JSON.stringify(name)}`,
      });
      expect(caught(() => findDetector(findPack(valid, 'fake'), name))).toMatchObject({
        code,
        message: expect.stringContaining('for --detector, received') as string,
      });
    },
  );
});
