import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolderLock } from '../../src/adapters/folder-lock.js';
import { createHttpClient } from '../../src/adapters/http.js';
import { importModels, listModels, modelsPath, pullModels, verifyModels } from '../../src/commands/models.js';
import type { ModelsContext } from '../../src/commands/models.js';
import { content, fakeManifest, modelFile } from '../packs/fake-pack.js';
import { ModelServer } from '../packs/model-server.js';

const FILES = { 'a.onnx': content(1), 'b.onnx': content(2), 'c.onnx': content(3, 1000) };
/** Of util-linux: limits what this very process may write. */
const PRLIMIT = '/usr/bin/prlimit';
const lock = createFolderLock({ poll: 10 });

let server: ModelServer;
let base: string;
let modelsDir: string;
let stdout: string;
let stderr: string[];
let context: ModelsContext;

beforeEach(async () => {
  server = await ModelServer.start();
  base = await mkdtemp(path.join(tmpdir(), 'facetag-models-'));
  modelsDir = path.join(base, 'models');
  stdout = '';
  stderr = [];
  for (const [name, data] of Object.entries(FILES)) server.serve(name, data);
  const files = Object.entries(FILES).map(([name, data]) => modelFile(name, data, [server.url(name)]));
  context = {
    store: { manifest: fakeManifest(files), modelsDir, packageRoot: '/nowhere' },
    write: (text) => {
      stdout += text;
      return Promise.resolve();
    },
    tell: (line) => stderr.push(line),
  };
});

afterEach(async () => {
  await server.stop();
  await rm(base, { recursive: true, force: true });
});

async function pull(): Promise<number> {
  const http = createHttpClient({ retries: 0, firstDelay: 5, silence: 5000 });
  try {
    return await pullModels(context, { packs: ['fake'] }, { http, lock, uid: process.getuid?.() });
  } finally {
    await http.close();
  }
}

async function usbStick(files: Record<string, Buffer>): Promise<string> {
  const from = path.join(base, 'usb');
  await mkdir(from);
  for (const [name, data] of Object.entries(files)) await writeFile(path.join(from, name), data);
  return from;
}

const installed = (name: string): Promise<Buffer> => readFile(path.join(modelsDir, 'fake', name));

describe('models pull', () => {
  it('installs a pack and says so once more when there is nothing to do', async () => {
    expect(await pull()).toBe(0);
    expect(await pull()).toBe(0);
    const folder = path.join(modelsDir, 'fake');
    expect(stderr).toEqual([
      `Pack fake is installed in ${folder}: 3 files downloaded (401 kB)`,
      `Pack fake is installed in ${folder}: nothing to do`,
    ]);
    expect(stdout).toBe('');
  });

  it('refuses a pack that nobody knows', async () => {
    const http = createHttpClient();
    const pulling = pullModels(context, { packs: ['other'] }, { http, lock, uid: process.getuid?.() });
    await expect(pulling).rejects.toThrow('Expected one of fake for the pack, received "other"');
  });

  it.skipIf(spawnSync(PRLIMIT, ['--version']).status !== 0)(
    'says which disk is full (needs prlimit)',
    async () => {
      const limit = (bytes: string): void => {
        spawnSync(PRLIMIT, ['--pid', String(process.pid), `--fsize=${bytes}:`]);
      };
      await mkdir(modelsDir, { recursive: true });
      limit('150000');
      try {
        const full = pull();
        await expect(full).rejects.toMatchObject({ code: 'OUTPUT_UNUSABLE' });
        await expect(full).rejects.toThrow(path.join(modelsDir, 'fake'));
      } finally {
        limit('unlimited');
      }
      expect(await readdir(path.join(modelsDir, 'fake'))).toEqual([]);
      expect(await pull()).toBe(0);
    },
  );

  it('says when the folder cannot be made', async () => {
    await writeFile(modelsDir, 'a file in the way');
    await expect(pull()).rejects.toMatchObject({ code: 'OUTPUT_UNUSABLE' });
  });
});

describe('models list', () => {
  it('shows packs, sizes, licences and what is installed', async () => {
    expect(await listModels(context, { json: false })).toBe(0);
    expect(stdout).toContain('fake: not installed, 401 kB, pulled');
    expect(stdout).toContain(`Pulled packs live in ${modelsDir}`);
    await pull();
    stdout = '';
    await listModels(context, { json: false });
    expect(stdout).toContain('fake: installed, 401 kB, pulled');
    expect(stdout).toMatch(/a\.onnx +200 kB +installed +test/);
  });

  it('is told as JSON', async () => {
    await pull();
    await rm(path.join(modelsDir, 'fake', 'b.onnx'));
    await listModels(context, { json: true });
    const listed = JSON.parse(stdout) as { packs: Record<string, unknown>[] };
    expect(listed).toMatchObject({
      modelsDir,
      packs: [
        {
          name: 'fake',
          installed: true,
          defaultDetector: 'one',
          detectors: [
            { name: 'one', installed: true },
            { name: 'two', installed: false },
          ],
          bytes: 401_000,
          files: [{ state: 'installed' }, { name: 'b.onnx', state: 'missing' }, { state: 'installed' }],
        },
      ],
    });
  });
});

describe('models path', () => {
  it('prints the folder', async () => {
    await modelsPath(context);
    expect(stdout).toBe(`${modelsDir}\n`);
  });
});

describe('models verify', () => {
  it('is content with what was pulled', async () => {
    await pull();
    expect(await verifyModels(context, {})).toBe(0);
    expect(stderr.at(-1)).toContain('a.onnx: OK');
  });

  it('finds a flipped byte that size and mtime hide', async () => {
    await pull();
    const flipped = Buffer.from(FILES['a.onnx']);
    flipped[5]! ^= 1;
    await writeFile(path.join(modelsDir, 'fake', 'a.onnx'), flipped);
    await expect(verifyModels(context, { pack: 'fake' })).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
    expect(stderr.at(-1)).toContain('a.onnx: WRONG: it is of the right size but other content');
  });

  it('passes over packs that are not installed, unless named', async () => {
    expect(await verifyModels(context, {})).toBe(0);
    expect(stderr).toEqual([]);
    await expect(verifyModels(context, { pack: 'fake' })).rejects.toThrow('facetag models pull fake');
  });
});

describe('models import', () => {
  it('installs what is right', async () => {
    const from = await usbStick({ ...FILES, 'other.txt': Buffer.from('x') });
    expect(await importModels(context, { pack: 'fake', from }, { lock })).toBe(0);
    expect((await installed('a.onnx')).equals(FILES['a.onnx'])).toBe(true);
    expect(await readdir(path.join(modelsDir, 'fake'))).toHaveLength(4);
    expect(stderr.at(-1)).toBe('Pack fake is ready with --detector one or --detector two');
  });

  it('is content with one detector', async () => {
    const from = await usbStick({ 'b.onnx': FILES['b.onnx'], 'c.onnx': FILES['c.onnx'] });
    expect(await importModels(context, { pack: 'fake', from }, { lock })).toBe(0);
    expect(stderr.slice(-2)).toEqual([
      'Its default detector, one, lacks a.onnx: runs must name another detector',
      'Pack fake is ready with --detector two',
    ]);
  });

  it('refuses a wrong file, installs the others and leaves the old one alone', async () => {
    await pull();
    const from = await usbStick({ ...FILES, 'a.onnx': content(8) });
    const importing = importModels(context, { pack: 'fake', from }, { lock });
    await expect(importing).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
    await expect(importing).rejects.toThrow(
      'a.onnx was not installed: it is of the right size but other content',
    );
    expect((await installed('a.onnx')).equals(FILES['a.onnx'])).toBe(true);
  });

  it.each<[string, (copy: string, other: string) => unknown]>([
    ['a link to a file', (copy, other) => symlink(other, copy)],
    ['a link to nothing', (copy, other) => symlink(`${other}-new`, copy)],
    ['a FIFO', (copy) => execFileSync('mkfifo', [copy])],
  ])('does not write into %s that was planted under the name of the copy', async (_, plant) => {
    await mkdir(path.join(modelsDir, 'fake'), { recursive: true });
    const other = path.join(base, 'bashrc');
    await writeFile(other, 'alias');
    await plant(path.join(modelsDir, 'fake', 'a.onnx.import'), other);
    expect(await importModels(context, { pack: 'fake', from: await usbStick(FILES) }, { lock })).toBe(0);
    expect((await installed('a.onnx')).equals(FILES['a.onnx'])).toBe(true);
    expect(await readFile(other, 'utf8')).toBe('alias');
    expect(await readdir(base)).not.toContain('bashrc-new');
    expect(await readdir(path.join(modelsDir, 'fake'))).toHaveLength(4);
  });

  it('names the folder where another one has the name of the copy', async () => {
    await mkdir(path.join(modelsDir, 'fake', 'a.onnx.import'), { recursive: true });
    const importing = importModels(context, { pack: 'fake', from: await usbStick(FILES) }, { lock });
    await expect(importing).rejects.toMatchObject({ code: 'OUTPUT_UNUSABLE' });
  });

  it('says that the folder is missing, or is none', async () => {
    const missing = path.join(base, 'nodir');
    const file = path.join(await usbStick({ file: Buffer.from('x') }), 'file');
    for (const from of [missing, file]) {
      await expect(importModels(context, { pack: 'fake', from }, { lock })).rejects.toThrow(
        `Expected an existing folder for the folder to import from, received ${JSON.stringify(from)}`,
      );
    }
  });

  it.each([
    [
      { 'c.onnx': FILES['c.onnx'] },
      'Pack "fake" still lacks a.onnx, b.onnx\n--detector one needs only a.onnx\n--detector two needs only b.onnx',
    ],
    [
      { 'else.bin': content(4) },
      'Expected a folder with at least one of a.onnx, b.onnx, c.onnx for models import',
    ],
    [{ 'a.onnx': FILES['a.onnx'].subarray(0, 50) }, 'truncated at 50 of 200000 bytes'],
  ])('says what it lacks', async (files, message) => {
    const from = await usbStick(files);
    await expect(importModels(context, { pack: 'fake', from }, { lock })).rejects.toThrow(message);
  });
});
