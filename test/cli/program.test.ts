import { describe, expect, it } from 'vitest';
import { resolveConfig, type RawFlags } from '../../src/cli/options.js';
import { runProgram, type Handlers } from '../../src/cli/program.js';

/** Handlers that note what they were called with. */
function recorder(): { called: unknown[]; handlers: Handlers } {
  const called: unknown[] = [];
  const note =
    (name: string, code: number) =>
    (...args: unknown[]): Promise<number> => {
      called.push([name, ...args]);
      return Promise.resolve(code);
    };
  const models = ['list', 'pull', 'verify', 'import', 'path', 'convert'] as const;
  return {
    called,
    handlers: {
      tag: note('tag', 11),
      doctor: note('doctor', 12),
      merge: note('merge', 13),
      setup: note('setup', 14),
      models: Object.fromEntries(
        models.map((name) => [name, note(`models ${name}`, 15)]),
      ) as unknown as Handlers['models'],
    },
  };
}

describe('the command line', () => {
  it.each([
    ['photos', 11, 'tag', ['photos'], {}],
    ['tag photos', 11, 'tag', ['photos'], {}],
    ['tag models', 11, 'tag', ['models'], {}],
    ['tag doctor setup', 11, 'tag', ['doctor', 'setup'], {}],
    ['tag tag', 11, 'tag', ['tag'], {}],
    ['photos models', 11, 'tag', ['photos', 'models'], {}],
    ['-j 2 photos --no-progress', 11, 'tag', ['photos'], { jobs: '2', progress: false }],
    ['tag a --ignore x --ignore y', 11, 'tag', ['a'], { ignore: ['x', 'y'] }],
    ['doctor --json', 12, 'doctor', { json: true }],
    ['merge a b -o out', 13, 'merge', ['a', 'b'], { output: 'out' }],
    ['models pull classic --models m', 15, 'models pull', ['classic'], { models: 'm' }],
    ['models verify', 15, 'models verify', undefined, {}],
  ])('%s', async (line, code, name, ...args) => {
    const { called, handlers } = recorder();
    expect(await runProgram(line.split(' '), handlers, '1.2.3')).toBe(code);
    expect(called).toEqual([[name, ...args]]);
  });

  it.each([
    ['--models m models path', '--models', 'facetag --models models'],
    ['-n models', '--dry-run', 'facetag --dry-run models'],
    ['-q -o out doctor', '--quiet', 'facetag --quiet doctor'],
  ])('refuses flags that no command would see: %s', async (line, flag, received) => {
    const { called, handlers } = recorder();
    const command = received.split(' ').at(-1) ?? '';
    await expect(runProgram(line.split(' '), handlers, '1.2.3')).rejects.toThrow(
      `Expected the flags of ${command} behind it, or facetag tag for a folder of that name, for ${flag}, received "${received}"`,
    );
    expect(called).toEqual([]);
  });

  it('leaves flags that were not typed to the environment', async () => {
    const { called, handlers } = recorder();
    await runProgram(['photos'], handlers, '1.2.3');
    const [[, , raw] = []] = called as RawFlags[][];
    expect(resolveConfig(['photos'], raw ?? {}, { FACETAG_NO_PROGRESS: '1' }).progress).toBe(false);
    expect(resolveConfig(['photos'], raw ?? {}, {}).progress).toBe(true);
  });
});
