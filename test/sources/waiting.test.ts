import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FetchCancelledError } from '../../src/errors.js';
import { Room } from '../../src/sources/room.js';
import { Turns } from '../../src/sources/turns.js';

describe('room for fetched pictures', () => {
  it('lets in, first come, first served, what there is room for', async () => {
    const room = new Room(10);
    const entered: string[] = [];
    const enter = (name: string, bytes: number): void => {
      void room.enter(bytes).then(() => entered.push(name));
    };
    enter('a', 6);
    enter('b', 4);
    enter('c', 8);
    enter('d', 1);
    await nextTurn();
    // d would have room: it does not overtake c, which else might wait for ever.
    expect(entered).toEqual(['a', 'b']);
    room.leave(6);
    await nextTurn();
    expect(entered).toEqual(['a', 'b']);
    room.leave(4);
    await nextTurn();
    expect(entered).toEqual(['a', 'b', 'c', 'd']);
  });

  it('lets in alone what is larger than all of it', async () => {
    const room = new Room(10);
    await room.enter(3);
    let entered = false;
    void room.enter(100).then(() => (entered = true));
    await nextTurn();
    expect(entered).toBe(false);
    room.leave(3);
    await nextTurn();
    expect(entered).toBe(true);
  });

  it('lets nobody in when it is cancelled', async () => {
    const room = new Room(1);
    await room.enter(1);
    const waiting = room.enter(1);
    room.cancel();
    await expect(waiting).rejects.toThrow(FetchCancelledError);
    await expect(room.enter(0)).rejects.toThrow(FetchCancelledError);
  });
});

describe('turns', () => {
  it('go by number among those who wait, one at a time', async () => {
    const turns = new Turns();
    const order: number[] = [];
    let running = 0;
    const take = (number: number): Promise<void> =>
      turns.take(number, async () => {
        running += 1;
        expect(running).toBe(1);
        await nextTurn();
        order.push(number);
        running -= 1;
      });
    await Promise.all([take(3), take(1), take(2)]);
    expect(order).toEqual([1, 2, 3]);
  });

  it('go on after one that fails', async () => {
    const turns = new Turns();
    const failing = turns.take(1, () => Promise.reject(new Error('no')));
    const next = turns.take(2, () => Promise.resolve('yes'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  it('are refused when they are cancelled', async () => {
    const turns = new Turns();
    const waiting = turns.take(1, () => Promise.resolve());
    turns.cancel();
    await expect(waiting).rejects.toThrow(FetchCancelledError);
    await expect(turns.take(2, () => Promise.resolve())).rejects.toThrow(FetchCancelledError);
  });
});
