import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadAddon, native } from '../../../src/adapters/opencv/addon.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'facetag-addon-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A package with the binding's layout and these files. */
async function installed(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, 'node_modules/@u4/opencv4nodejs', name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

const unbuilt = {
  'package.json': JSON.stringify({ name: '@u4/opencv4nodejs', main: 'cjs/lib/opencv4nodejs.js' }),
  'cjs/lib/opencv4nodejs.js': 'throw new Error("the wrapper must not be loaded");',
};

it.each([
  ['absent', {}, /not installed/],
  ['not built', unbuilt, /not built/],
  [
    'built for something else',
    { ...unbuilt, 'build/Release/opencv4nodejs.node': 'no library' },
    /does not load/,
  ],
])('says what to run when the binding is %s', async (_, files, reason) => {
  await installed(files);
  const load = (): unknown => loadAddon(path.join(folder, 'index.js'));
  expect(load).toThrow(reason);
  expect(load).toThrow(/`npm start`.*`facetag setup`/);
  expect(load).toThrow(expect.objectContaining({ code: 'ADDON_MISSING' }));
});

it('turns the strings that the binding throws into errors', () => {
  const fail = (thrown: unknown) => (): never => {
    throw thrown;
  };
  expect(() => native(fail('Mat::Resize - bad'))).toThrow(new Error('Mat::Resize - bad'));
  const range = new RangeError('kept');
  expect(() => native(fail(range))).toThrow(range);
  expect(native(() => 7)).toBe(7);
});
