import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFolderLock } from '../../src/adapters/folder-lock.js';
import { idSpace, startOf } from '../../src/adapters/process-identity.js';

const lock = createFolderLock({ poll: 5, heartbeat: 20, stale: 200, passing: 50 });
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'facetag-lock-'));
  file = path.join(folder, '.lock');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The id of a process that has ended. */
const DEAD = 2 ** 22 - 1;

/** As the process that started this one would sign. */
function parentSignature() {
  const { ppid } = process;
  return { pid: ppid, host: hostname(), space: idSpace(), start: startOf(ppid), id: 'x' };
}

describe('the folder lock', () => {
  it('lets one in at a time and leaves nothing behind', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(5);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, () => lock.hold(file, work)));
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is released when the work fails', async () => {
    await expect(lock.hold(file, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['a dead process', { pid: DEAD, host: hostname() }],
    ['a dead namesake of this process', { pid: process.pid, host: hostname() }],
  ])('is taken over from %s at once, by one of many', async (_who, owner) => {
    await writeFile(file, JSON.stringify(owner));
    const order: number[] = [];
    const quick = createFolderLock({ poll: 5, heartbeat: 20, stale: 60_000 });
    await Promise.all([1, 2, 3, 4].map((n) => quick.hold(file, () => Promise.resolve(order.push(n)))));
    expect(order.sort()).toEqual([1, 2, 3, 4]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('that was killed before it had a name, or amid a takeover, is waited out without a word', async () => {
    const owner = JSON.stringify({ pid: DEAD, host: hostname() });
    const waited: unknown[] = [];
    for (const content of ['', owner]) {
      await writeFile(file, content);
      await writeFile(`${file}.takeover`, '');
      const takenOver: boolean[] = [];
      await lock.hold(file, () => Promise.resolve(), {
        onWait: (each) => waited.push(each),
        onTakeover: () => takenOver.push(true),
      });
      expect(takenOver).toEqual([true]);
    }
    expect(waited).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('fails where a dead lock cannot be taken over, instead of waiting for ever', async () => {
    // The longest name that a file may have: the guard beside it, whose name is longer, cannot be made.
    const longest = path.join(folder, 'x'.repeat(255));
    await writeFile(longest, JSON.stringify({ pid: DEAD, host: hostname() }));
    await expect(lock.hold(longest, () => Promise.resolve())).rejects.toMatchObject({ code: 'ENAMETOOLONG' });
  });

  it('is taken over from another machine only when that shows no sign of life', async () => {
    await writeFile(file, JSON.stringify({ pid: 7, host: 'elsewhere' }));
    const waited: unknown[] = [];
    const taken = lock.hold(file, () => Promise.resolve('mine'), { onWait: (owner) => waited.push(owner) });
    await vi.waitFor(() => {
      expect(waited).toEqual([{ pid: 7, host: 'elsewhere' }]);
    });
    await utimes(file, new Date(0), new Date(0));
    await expect(taken).resolves.toBe('mine');
  });

  it('is not taken from a live process of this machine, however old its last sign of life', async () => {
    await writeFile(file, JSON.stringify(parentSignature()));
    await utimes(file, new Date(0), new Date(0));
    const stop = new AbortController();
    const waited: unknown[] = [];
    const waiting = lock.hold(file, () => Promise.resolve(), {
      signal: stop.signal,
      onWait: (owner) => waited.push(owner),
    });
    await sleep(300);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow();
    expect(waited).toEqual([{ pid: process.ppid, host: hostname() }]);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(parentSignature());
  });

  it.each([
    ['whose process id another process has by now', { start: '1' }],
    ['of 0.1.0, which does not say when its process started', { start: undefined, space: undefined }],
    ['of another container or an earlier start of the machine', { space: 'another' }],
  ])('is taken over without a sign of life %s', async (_, over) => {
    await writeFile(file, JSON.stringify({ ...parentSignature(), ...over }));
    await utimes(file, new Date(0), new Date(0));
    await expect(lock.hold(file, () => Promise.resolve('mine'))).resolves.toBe('mine');
  });

  it('of another container is left alone while it shows signs of life', async () => {
    await writeFile(file, JSON.stringify({ ...parentSignature(), pid: DEAD, space: 'another' }));
    const stop = new AbortController();
    setTimeout(() => {
      stop.abort(new Error('enough'));
    }, 100);
    const waiting = lock.hold(file, () => Promise.resolve(), { signal: stop.signal });
    await expect(waiting).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['.lock']);
  });

  it.each(['a link that leads nowhere', 'a FIFO', 'a folder'])(
    'is refused at once where %s is',
    async (what) => {
      if (what === 'a FIFO') execFileSync('/usr/bin/env', ['mkfifo', file]);
      else if (what === 'a folder') await mkdir(file);
      else await symlink('nowhere', file);
      const held = lock.hold(file, () => Promise.resolve(), { shown: 'the lock' });
      await expect(held).rejects.toMatchObject({ code: 'OUTPUT_UNUSABLE' });
      await expect(held).rejects.toThrow(/^the lock is a (symbolic link|FIFO|folder)/);
      expect(await readdir(folder)).toEqual(['.lock']);
    },
  );

  it('is kept alive for as long as the work takes', async () => {
    let second = false;
    const first = lock.hold(file, () => sleep(400));
    await sleep(10);
    const other = lock.hold(file, () => Promise.resolve((second = true)));
    await sleep(300);
    expect(second).toBe(false);
    await Promise.all([first, other]);
  });

  it('is not waited for after a signal', async () => {
    await writeFile(file, JSON.stringify({ pid: process.ppid, host: hostname() }));
    const stop = new AbortController();
    const waiting = lock.hold(file, () => Promise.resolve(), { signal: stop.signal });
    stop.abort(new Error('SIGINT'));
    await expect(waiting).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['.lock']);
  });
});
