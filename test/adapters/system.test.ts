import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectFolder, probe } from '../../src/adapters/system.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'facetag-system-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('a probe', () => {
  const works = { state: 'works', value: { version: '4.6.0' } };

  it.each([
    ['answers', `process.stdout.write('${JSON.stringify(works)}')`, works],
    [
      'refuses',
      `process.stdout.write(JSON.stringify({ state: 'refused', message: 'not built' }))`,
      { state: 'refused', message: 'not built' },
    ],
    [
      'is killed by a signal',
      `process.kill(process.pid, 'SIGSEGV'); setTimeout(() => {}, 60000)`,
      { state: 'crashed', message: 'was killed by SIGSEGV' },
    ],
    [
      'crashes after its answer',
      `process.stdout.write('${JSON.stringify(works)}', () => process.kill(process.pid, 'SIGABRT')); setTimeout(() => {}, 60000)`,
      { state: 'crashed', message: 'was killed by SIGABRT' },
    ],
    [
      'exits with an error',
      `console.error('libopencv_dnn.so: cannot open'); process.exitCode = 7`,
      { state: 'crashed', message: 'exited with code 7: libopencv_dnn.so: cannot open' },
    ],
    ['says nothing', ``, { state: 'crashed', message: 'gave no answer' }],
    ['says something else', `console.log('hello')`, { state: 'crashed', message: 'gave no answer' }],
    ['says null', `console.log('null')`, { state: 'crashed', message: 'gave no answer' }],
  ])('that %s', async (_, code, expected) => {
    const script = path.join(folder, 'probe.cjs');
    writeFileSync(script, code);
    expect(await probe('opencv', script)).toEqual(expected);
  });

  it('that hangs is ended', async () => {
    const script = path.join(folder, 'probe.cjs');
    writeFileSync(script, 'setInterval(() => {}, 60000)');
    expect(await probe('pictures', script, 300)).toEqual({
      state: 'crashed',
      message: 'did not answer within 0.3 s',
    });
  });

  it('is told what to try', async () => {
    const script = path.join(folder, 'probe.cjs');
    writeFileSync(
      script,
      `process.stdout.write(JSON.stringify({ state: 'refused', message: process.argv[2] }))`,
    );
    expect(await probe('pictures', script)).toEqual({ state: 'refused', message: 'pictures' });
  });
});

describe('a folder', () => {
  it('that is there', async () => {
    const found = await inspectFolder(folder);
    expect(found).toMatchObject({ path: folder, exists: true });
    expect(found.problem).toBeUndefined();
    expect(found.freeBytes).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that would be made', async () => {
    const wanted = path.join(folder, 'a', 'b');
    const found = await inspectFolder(wanted);
    expect(found).toMatchObject({ path: wanted, exists: false });
    expect(found.problem).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('whose place a file has', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    expect(await inspectFolder(file)).toMatchObject({ exists: true, problem: `${file} is not a folder` });
    expect(await inspectFolder(path.join(file, 'below'))).toMatchObject({
      exists: false,
      problem: `${file} is not a folder`,
    });
  });

  it.skipIf(process.getuid?.() === 0)('that may not be written (root may write anywhere)', async () => {
    chmodSync(folder, 0o555);
    expect(await inspectFolder(folder)).toMatchObject({ exists: true, problem: 'EACCES' });
    chmodSync(folder, 0o755);
  });

  it.skipIf(process.platform !== 'linux')('of a file system that takes no files', async () => {
    const found = await inspectFolder('/proc');
    expect(found).toMatchObject({ exists: true });
    expect(found.problem).toMatch(/^E[A-Z]+$/);
  });
});
