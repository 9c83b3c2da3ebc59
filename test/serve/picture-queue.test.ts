import { describe, expect, it } from 'vitest';
import { ApiError, ClientGoneError } from '../../src/serve/api-error.js';
import { PictureQueue } from '../../src/serve/picture-queue.js';

/** Work that ends when it is told to. */
function made(queue: PictureQueue, gone = new AbortController()) {
  let end: (value: string) => void = () => undefined;
  const state = { begun: false };
  const result = queue.enter(() => {
    state.begun = true;
    return new Promise<string>((resolve) => (end = resolve));
  }, gone.signal);
  result.catch(() => undefined);
  return {
    state,
    result,
    leave: () => {
      gone.abort();
    },
    end: async () => {
      end('done');
      await result;
      // The next one begins when the promise has settled.
      await Promise.resolve();
    },
  };
}

describe('PictureQueue', () => {
  it('gives lanes to the first, and the places of those that end to the next', async () => {
    const queue = new PictureQueue(2, 2, () => 0);
    const works = [made(queue), made(queue), made(queue), made(queue)];
    const begun = (): boolean[] => works.map(({ state }) => state.begun);
    expect(begun()).toEqual([true, true, false, false]);
    expect([queue.running, queue.waiting, queue.room]).toEqual([2, 2, 0]);
    await works[1]?.end();
    expect(begun()).toEqual([true, true, true, false]);
    expect([queue.running, queue.waiting, queue.room]).toEqual([2, 1, 1]);
  });

  it('lets go of whoever leaves before its turn, and not of whoever is in a lane', async () => {
    const queue = new PictureQueue(1, 2, () => 0);
    const works = [made(queue), made(queue), made(queue)];
    works[0]?.leave();
    works[1]?.leave();
    await expect(works[1]?.result).rejects.toThrow(ClientGoneError);
    expect([queue.running, queue.waiting]).toEqual([1, 1]);
    await works[0]?.end();
    expect(works.map(({ state }) => state.begun)).toEqual([true, false, true]);
  });

  it('does not begin the work of a client that is gone already', async () => {
    const queue = new PictureQueue(1, 1, () => 0);
    await expect(queue.enter(() => Promise.resolve(1), AbortSignal.abort())).rejects.toThrow(ClientGoneError);
    expect([queue.running, queue.waiting]).toEqual([0, 0]);
  });

  it('goes on after work that fails', async () => {
    const queue = new PictureQueue(1, 1, () => 0);
    const fails = queue.enter(() => Promise.reject(new Error('no')), new AbortController().signal);
    await expect(fails).rejects.toThrow('no');
    expect(await queue.enter(() => Promise.resolve('yes'), new AbortController().signal)).toBe('yes');
  });

  it('refuses who waits and who comes when it is stopped', async () => {
    const queue = new PictureQueue(1, 1, () => 0);
    const works = [made(queue), made(queue)];
    queue.stop();
    await expect(works[1]?.result).rejects.toMatchObject({ status: 503, code: 'STOPPING' });
    await expect(made(queue).result).rejects.toThrow(ApiError);
    expect(queue.room).toBe(0);
    await works[0]?.end();
    expect(queue.running).toBe(0);
  });

  it('guesses from the pictures so far when there will be room', async () => {
    let time = 0;
    const queue = new PictureQueue(1, 100, () => time);
    expect(queue.retrySeconds).toBe(1);
    for (let count = 0; count < 100; count += 1) {
      const work = made(queue);
      time += 10_000;
      await work.end();
    }
    for (let count = 0; count < 4; count += 1) made(queue);
    expect(queue.retrySeconds).toBe(30);
  });
});
