import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/cli/options.js';
import { runProgram, type Call } from '../../src/cli/program.js';

/** Reads a command line and notes what it would run and print. */
async function read(line: string, env: Record<string, string> = {}) {
  const calls: Call[] = [];
  let printed = '';
  const ended = runProgram(line.split(' ').filter(Boolean), {
    version: '1.2.3',
    env,
    flagsRead: () => undefined,
    run: (call) => {
      calls.push(call);
      return Promise.resolve(7);
    },
    print: (text) => {
      printed += text;
      return Promise.resolve();
    },
  });
  const outcome = await ended.catch((error: unknown) => error as Error);
  return { outcome, calls, printed };
}

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
