import { execFileSync } from 'node:child_process';
import {
  chown,
  link,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolderLock } from '../../src/adapters/folder-lock.js';
import { createHttpClient } from '../../src/adapters/http.js';
import type { HttpOptions } from '../../src/adapters/http.js';
import type { Store } from '../../src/packs/store.js';
import { pullPack } from '../../src/packs/pull.js';
import type { PullOptions, PullResult } from '../../src/packs/pull.js';
import { content, fakeManifest, modelFile } from './fake-pack.js';
import { ModelServer, cutAt, drip, ignoringRange, page, stallAt, status } from './model-server.js';

const A = content(1);
const B = content(2);
const C = content(3, 1000);
const CUT = Math.floor(A.length * 0.6);
const LFS = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 200000\n`;
const HTML = '<!DOCTYPE html><html><head><title>404</title></head><body>gone</body></html>';

let server: ModelServer;
let models: string;

beforeEach(async () => {
  server = await ModelServer.start();
  models = await mkdtemp(path.join(tmpdir(), 'facetag-pull-'));
  server.serve('a.onnx', A);
  server.serve('b.onnx', B);
  server.serve('c.onnx', C);
});

afterEach(async () => {
  await server.stop();
  await rm(models, { recursive: true, force: true });
});

function store(urls: Partial<Record<'a' | 'b' | 'c', string[]>> = {}): Store {
  const files = [
    modelFile('a.onnx', A, urls.a ?? [server.url('a.onnx')]),
    modelFile('b.onnx', B, urls.b ?? [server.url('b.onnx')]),
    modelFile('c.onnx', C, urls.c ?? [server.url('c.onnx')]),
  ];
  return { manifest: fakeManifest(files), modelsDir: models, packageRoot: '/nowhere' };
}

async function pull(
  from = store(),
  options: PullOptions = {},
  limits: Partial<HttpOptions> = {},
): Promise<PullResult> {
  const http = createHttpClient({ retries: 2, firstDelay: 5, silence: 5000, ...limits });
  try {
    const ports = { http, lock: createFolderLock({ poll: 10 }), uid: process.getuid?.() };
    return await pullPack(from, 'fake', ports, options);
  } finally {
    await http.close();
  }
}

const inFolder = (name: string): string => path.join(models, 'fake', name);
const installed = (name: string): Promise<Buffer> => readFile(inFolder(name));
const names = async (): Promise<string[]> => (await readdir(path.join(models, 'fake'))).sort();
const ALL = ['a.onnx', 'b.onnx', 'c.onnx', 'installed.json'];

async function expectAllInstalled(): Promise<void> {
  expect(await names()).toEqual(ALL);
  // Deep equality of buffers is slow.
  expect((await installed('a.onnx')).equals(A)).toBe(true);
  expect((await installed('b.onnx')).equals(B)).toBe(true);
  expect((await installed('c.onnx')).equals(C)).toBe(true);
}

describe('pullPack', () => {
  it('installs every file and reports progress', async () => {
    const seen: string[] = [];
    const result = await pull(store(), {
      onProgress: ({ file, received, total }) => seen.push(`${file} ${received}/${total}`),
    });
    await expectAllInstalled();
    expect(result.downloaded.map(({ name }) => name)).toEqual(['a.onnx', 'b.onnx', 'c.onnx']);
    expect(seen).toContain(`a.onnx ${A.length}/${A.length}`);
    expect(seen).toContain(`c.onnx 0/${C.length}`);
  });

  it('downloads nothing that is there and right', async () => {
    await pull();
    const before = server.requests.length;
    const result = await pull();
    expect(result.downloaded).toEqual([]);
    expect(result.present).toHaveLength(3);
    expect(server.requests).toHaveLength(before);
  });

  it('takes only the files of one detector when asked', async () => {
    await pull(store(), { detector: 'two' });
    expect(await names()).toEqual(['b.onnx', 'c.onnx', 'installed.json']);
  });

  it('resumes a download that is cut at 60 %', async () => {
    server.serve('a.onnx', A, cutAt(A, CUT));
    await pull();
    await expectAllInstalled();
    expect(server.offsets('a.onnx')).toEqual([0, CUT]);
  });

  it('starts again when the server cannot resume', async () => {
    server.serve('a.onnx', A, ignoringRange(A, CUT), ignoringRange(A), ignoringRange(A));
    await pull();
    await expectAllInstalled();
  });

  it('survives 503 twice', async () => {
    server.serve('a.onnx', A, status(503), status(503));
    await pull();
    await expectAllInstalled();
    expect(server.offsets('a.onnx')).toHaveLength(3);
  });

  it('survives a server that falls silent', async () => {
    server.serve(
      'a.onnx',
      A,
      stallAt(A, CUT, () => undefined),
    );
    await pull(store(), {}, { silence: 500, lowestRate: { bytes: 1000, within: 100 } });
    await expectAllInstalled();
  });

  it('gives up a mirror that sends a byte at a time, and goes on elsewhere from there', async () => {
    server.serve('slow/a.onnx', A, drip(A));
    await pull(
      store(),
      { mirror: server.url('slow') },
      { silence: 5000, lowestRate: { bytes: 1000, within: 200 } },
    );
    await expectAllInstalled();
    expect(server.offsets('slow/a.onnx')).toEqual([0]);
    const [resumed] = server.offsets('a.onnx');
    expect(resumed).toBeGreaterThan(0);
    expect(resumed).toBeLessThan(1000);
  });

  it('says that a server is too slow, and keeps what it sent', async () => {
    server.serve('a.onnx', A, drip(A));
    await expect(pull(store(), {}, { lowestRate: { bytes: 1000, within: 200 } })).rejects.toThrow(
      /the server sent \d+ bytes in 0\.2 s, and fewer than 1000 are not worth waiting for/,
    );
    expect((await stat(inFolder('a.onnx.part'))).size).toBeGreaterThan(0);
    await pull();
    await expectAllInstalled();
  });

  it('follows redirects', async () => {
    server.serve('moved', A, status(302, { location: server.url('a.onnx') }));
    await pull(store({ a: [server.url('moved')] }));
    await expectAllInstalled();
  });

  it('goes to the next URL after a 404', async () => {
    await pull(store({ a: [server.url('gone'), server.url('a.onnx')] }));
    await expectAllInstalled();
  });

  it('tries the mirror first, by file name', async () => {
    server.serve('mirror/a.onnx', A);
    server.serve('mirror/b.onnx', B);
    await pull(store(), { mirror: server.url('mirror') });
    await expectAllInstalled();
    expect(server.requests.map((request) => request.path)).toEqual([
      '/mirror/a.onnx',
      '/mirror/b.onnx',
      '/mirror/c.onnx',
      '/c.onnx',
    ]);
  });

  it('continues from the next URL where the first one broke for good', async () => {
    const cut = cutAt(A, CUT);
    server.serve('weak', A, cut, ...Array.from({ length: 20 }, () => status(500)));
    await pull(store({ a: [server.url('weak'), server.url('a.onnx')] }));
    await expectAllInstalled();
    expect(server.offsets('a.onnx')).toEqual([CUT]);
  });

  it.each([
    ['an HTML page', page(HTML), 'it is an HTML page'],
    ['a Git LFS pointer', page(LFS), 'it is a Git LFS pointer'],
    ['a file that is cut short at the source', page(A.subarray(0, CUT).toString('latin1')), 'it is '],
    ['not found', status(404), 'the server answered HTTP 404'],
    ['never well', status(503), '503'],
  ])('refuses %s', async (_what, answer, message) => {
    server.serve('a.onnx', A, ...Array.from({ length: 20 }, () => answer));
    const failure = await pull().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'DOWNLOAD_FAILED' });
    expect((failure as Error).message).toContain(message);
    expect((failure as Error).message).toContain(server.url('a.onnx'));
    // The other files were still fetched.
    expect((await names()).filter((name) => !name.endsWith('.part'))).toEqual([
      'b.onnx',
      'c.onnx',
      'installed.json',
    ]);
  });

  it('says at how many bytes a file is cut short', async () => {
    server.serve('a.onnx', A.subarray(0, CUT));
    await expect(pull()).rejects.toThrow(`it is truncated at ${CUT} of ${A.length} bytes`);
    await expect(stat(inFolder('a.onnx'))).rejects.toThrow();
  });

  it('refuses a flipped byte and leaves what was installed as it was', async () => {
    await mkdir(path.join(models, 'fake'), { recursive: true });
    await writeFile(inFolder('a.onnx'), 'an older file');
    const flipped = Buffer.from(A);
    flipped[1234] = 255 - (flipped[1234] ?? 0);
    server.serve('a.onnx', flipped);
    await expect(pull()).rejects.toThrow('of the right size but other content');
    expect(await readFile(inFolder('a.onnx'), 'utf8')).toBe('an older file');
  });

  it('replaces a wrong installed file', async () => {
    await mkdir(path.join(models, 'fake'), { recursive: true });
    await writeFile(inFolder('a.onnx'), 'an older file');
    await pull();
    await expectAllInstalled();
  });

  it('starts again when what an earlier attempt left turns out to be of another file', async () => {
    await mkdir(path.join(models, 'fake'), { recursive: true });
    await writeFile(inFolder('a.onnx.part'), B.subarray(0, CUT));
    await pull();
    await expectAllInstalled();
    expect(server.offsets('a.onnx')).toEqual([CUT, 0]);
  });

  it('keeps what has arrived when it is interrupted, and continues next time', async () => {
    const stop = new AbortController();
    server.serve(
      'a.onnx',
      A,
      stallAt(A, CUT, () =>
        setTimeout(() => {
          stop.abort(new Error('SIGINT'));
        }, 50),
      ),
    );
    await expect(pull(store(), { signal: stop.signal })).rejects.toThrow('SIGINT');
    expect(await names()).toEqual(['a.onnx.part']);
    await pull();
    await expectAllInstalled();
    expect(server.offsets('a.onnx')).toEqual([0, CUT]);
  });

  it('lets a second pull wait and then find everything installed', async () => {
    const waited: number[] = [];
    const [first, second] = await Promise.all([
      pull(store(), { onWait: ({ pid }) => waited.push(pid) }),
      pull(store(), { onWait: ({ pid }) => waited.push(pid) }),
    ]);
    await expectAllInstalled();
    expect(first.downloaded.length + second.downloaded.length).toBe(3);
    expect(waited).toEqual([process.pid]);
    expect(server.requests).toHaveLength(3);
  });

  describe('with something planted under the name of what arrives', () => {
    const part = (): string => inFolder('a.onnx.part');
    const BASHRC = 'alias ls="ls --color"';
    let other: string;
    beforeEach(async () => {
      await mkdir(path.join(models, 'fake'), { recursive: true });
      other = path.join(models, 'bashrc');
      await writeFile(other, BASHRC);
    });

    it.each<[string, () => unknown]>([
      ['a link to a file', () => symlink(other, part())],
      ['a link to nothing', () => symlink(`${other}-new`, part())],
      ['a FIFO', () => execFileSync('mkfifo', [part()])],
      ['a folder', () => mkdir(part())],
      ['a link to a device', () => symlink('/dev/full', part())],
    ])('refuses %s by name, and writes nowhere', async (_, plant) => {
      await plant();
      await expect(pull()).rejects.toMatchObject({
        code: 'OUTPUT_UNUSABLE',
        message: `${part()} is not a regular file. Remove it and run the same command again`,
      });
      expect(await readFile(other, 'utf8')).toBe(BASHRC);
      expect((await readdir(models)).sort()).toEqual(['bashrc', 'fake']);
    });

    it('does not write into another file that has that name, too', async () => {
      await link(other, part());
      await pull();
      await expectAllInstalled();
      expect(await readFile(other, 'utf8')).toBe(BASHRC);
    });

    it.skipIf(process.getuid?.() !== 0)('fetches anew what another user began (needs root)', async () => {
      await writeFile(part(), A);
      await chown(part(), 12345, 12345);
      await pull();
      await expectAllInstalled();
      expect(server.offsets('a.onnx')).toEqual([0]);
      expect((await stat(inFolder('a.onnx'))).uid).toBe(0);
    });

    it('does not wait for a FIFO in the place of a file, or of the record of files', async () => {
      execFileSync('mkfifo', [inFolder('installed.json'), inFolder('a.onnx')]);
      await pull();
      await expectAllInstalled();
    });
  });

  it('refuses a mirror that is no URL', async () => {
    await expect(pull(store(), { mirror: 'my-mirror' })).rejects.toThrow(
      'Expected an http(s) URL for --mirror, received "my-mirror"',
    );
  });
});
