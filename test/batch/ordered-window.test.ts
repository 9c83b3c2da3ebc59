import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { OrderedWindow } from '../../src/batch/ordered-window.js';

function recorder() {
  const seen: string[] = [];
  return {
    seen,
    emit: async (item: string) => {
      await turn();
      seen.push(item);
    },
  };
}

describe('OrderedWindow', () => {
  it.each([[[0, 1, 2, 3]], [[3, 2, 1, 0]], [[2, 0, 3, 1]]])(
    'hands items on in order when they finish as %j',
    async (order) => {
      const { seen, emit } = recorder();
      const window = new OrderedWindow<string>(8, emit);
      await Promise.all(order.map((index) => window.finished(index, `item ${index}`)));
      expect(seen).toEqual(['item 0', 'item 1', 'item 2', 'item 3']);
    },
  );

  it('takes the last item even when it finishes in the turn in which a drain ends', async () => {
    const seen: string[] = [];
    const window = new OrderedWindow<string>(8, (item) => {
      seen.push(item);
      return Promise.resolve();
    });
    await window.finished(0, undefined);
    await window.finished(1, 'b');
    await window.finished(2, 'c');
    expect(seen).toEqual(['b', 'c']);
  });

  it('passes over an item without a result', async () => {
    const { seen, emit } = recorder();
    const window = new OrderedWindow<string>(8, emit);
    await window.finished(1, 'b');
    await window.finished(0, undefined);
    expect(seen).toEqual(['b']);
  });

  it('has room for `size` items and no more until the first is handed on', async () => {
    const { emit } = recorder();
    const window = new OrderedWindow<string>(2, emit);
    await window.room(1);
    let open = false;
    const waiting = window.room(2).then(() => {
      open = true;
    });
    await turn();
    expect(open).toBe(false);
    await window.finished(0, 'a');
    await waiting;
    expect(open).toBe(true);
  });

  it('lets a waiting producer go when it is abandoned', async () => {
    const window = new OrderedWindow<string>(1, recorder().emit);
    const waiting = window.room(5);
    window.abandon();
    await waiting;
  });

  it('rejects with what the sink threw', async () => {
    const window = new OrderedWindow<string>(8, () => Promise.reject(new Error('closed')));
    await expect(window.finished(0, 'a')).rejects.toThrow('closed');
  });
});
