import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FACE_NAMES, PICTURE_NAMES } from '../../src/core/expression/names.js';
import type { Manifest } from '../../src/packs/spec.js';
import { manPage } from '../man-page.js';
import { repository } from '../shared.js';
import { readLine } from './read-line.js';
import { resolveConfig } from './resolve-config.js';

const read = (line: string, env: Record<string, string> = {}) =>
  readLine(
    line.split(' ').filter((word) => word !== ''),
    env,
  );

describe('the command line', () => {
  it.each([
    ['photos', 'tag', ['photos'], {}],
    ['tag photos', 'tag', ['photos'], {}],
    ['tag models', 'tag', ['models'], {}],
    ['tag doctor setup help', 'tag', ['doctor', 'setup', 'help'], {}],
    ['tag tag', 'tag', ['tag'], {}],
    ['photos models', 'tag', ['photos', 'models'], {}],
    ['-j 2 photos --no-progress', 'tag', ['photos'], { jobs: '2', progress: false }],
    ['tag a --ignore x --ignore y', 'tag', ['a'], { ignore: ['x', 'y'] }],
    ['doctor --json -q', 'doctor', [], { json: true, quiet: true }],
    ['merge a b -o out', 'merge', ['a', 'b'], { output: 'out' }],
    ['setup', 'setup', [], {}],
    ['models pull classic --models m', 'models pull', ['classic'], { models: 'm' }],
    ['models import classic usb', 'models import', ['classic', 'usb'], {}],
    ['models verify', 'models verify', [], {}],
  ])('%s', async (line, command, operands, raw) => {
    const { outcome, calls } = await read(line);
    expect(outcome).toBe(7);
    expect(calls).toEqual([{ command, operands, raw }]);
  });

  it.each([
    ['--models m models path', '--models', 'facetag --models models'],
    ['-n models', '--dry-run', 'facetag --dry-run models'],
    ['-q -o out doctor', '--quiet', 'facetag --quiet doctor'],
  ])('refuses flags that no command would see: %s', async (line, flag, received) => {
    const { outcome, calls } = await read(line);
    const command = received.split(' ').at(-1) ?? '';
    expect(outcome).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(
        `Expected the flags of ${command} behind it, or facetag tag for a folder of that name, for ${flag}, received "${received}"`,
      ) as string,
    });
    expect(calls).toEqual([]);
  });

  it('leaves flags that were not typed to the environment', async () => {
    const { calls } = await read('photos');
    const raw = calls[0]?.raw ?? {};
    expect(resolveConfig(['photos'], raw, { FACETAG_NO_PROGRESS: '1' }).progress).toBe(false);
    expect(resolveConfig(['photos'], raw, {}).progress).toBe(true);
  });
});

describe('help', () => {
  const usages = [
    ['help', 'facetag [tag] <paths...> [flags]'],
    ['help tag', 'facetag [tag] <paths...> [flags]'],
    ['help merge', 'facetag merge '],
    ['help models', 'facetag models '],
    ['help models pull', 'facetag models pull '],
    ['help help', 'facetag help '],
    ['tag -h', 'facetag [tag] <paths...> [flags]'],
  ] as const;

  it.each(usages)('facetag %s', async (line, usage) => {
    const { outcome, calls, printed } = await read(line);
    expect({ outcome, calls }).toEqual({ outcome: 0, calls: [] });
    expect(printed).toContain(`Usage: ${usage}`);
  });

  it('has the exit codes of the man page', async () => {
    const codes = [...manPage().matchAll(/^\.B (\d[\d, ]*)$/gm)].flatMap(([, found = '']) =>
      found.split(', '),
    );
    const { printed } = await read('--help');
    const [, told = ''] = /\nExit codes: ([^]+)$/.exec(printed) ?? [];
    expect(new Set(told.match(/\d+/g))).toEqual(new Set(codes));
  });

  it('has the default of --min-confidence as a number, of each pack', async () => {
    const { packs } = JSON.parse(
      readFileSync(path.join(repository, 'models/manifest.json'), 'utf8'),
    ) as Manifest;
    const of = (name: string): string => {
      const { detectors = {}, defaultDetector = '' } = packs[name] ?? {};
      return String(detectors[defaultDetector]?.minConfidence);
    };
    expect(Object.keys(packs)).toEqual(['compact', 'accurate', 'classic']);
    const words = (await read('--help')).printed.replaceAll(/\s+/g, ' ');
    expect(words).toContain(
      `detector threshold (default: ${of('compact')}; accurate ${of('accurate')}, classic ${of('classic')})`,
    );
  });

  it.each(['help nope', 'help models nope', 'help merge merge'])('refuses %s', async (line) => {
    const { outcome, printed } = await read(line);
    expect(outcome).toMatchObject({ code: 'USAGE' });
    expect(String(outcome)).toContain(
      'Expected a command (tag, models, merge, eval, export, report, video, serve, doctor, setup, completion, help)',
    );
    expect(printed).toBe('');
  });

  it('of tag lists the fields of expressions, all of them', async () => {
    const words = (await read('tag --help')).printed.split(/\s+/);
    for (const name of [...PICTURE_NAMES.keys(), ...FACE_NAMES.keys()]) expect(words).toContain(name);
  });

  it('comes with a refusal where nothing was asked for: a script may have lost its folders', async () => {
    const { outcome, printed, calls } = await read('');
    expect(printed).toContain('Usage: facetag ');
    expect(outcome).toMatchObject({ code: 'USAGE' });
    expect(calls).toEqual([]);
  });

  it('does not come where the environment names a list of paths', async () => {
    const { outcome, printed } = await read('', { FACETAG_FILES_FROM: 'list' });
    expect({ outcome, printed }).toEqual({ outcome: 7, printed: '' });
    expect((await read('', { FACETAG_FILES_FROM: '' })).printed).toContain('Usage: ');
  });

  it('comes with a refusal for a group without its command', async () => {
    const { outcome, printed } = await read('models');
    expect(printed).toContain('Usage: facetag models ');
    expect(String(outcome)).toContain(
      'Expected one of list, pull, verify, import, path, convert, quantize for facetag models',
    );
  });
});

describe('a refusal', () => {
  it.each([
    ['models lst', 'Did you mean list?'],
    ['merge', "missing required argument 'folders'\nRun facetag merge --help"],
    ['photos --no-progres', 'Did you mean --no-progress?'],
    ['models path extra', 'Run facetag models path --help'],
    ['merg --nope', 'Did you mean `facetag merge`?'],
  ])('of %s says %s', async (line, message) => {
    const { outcome } = await read(line);
    expect(outcome).toMatchObject({ code: 'USAGE' });
    expect(String(outcome)).toContain(message);
  });
});
