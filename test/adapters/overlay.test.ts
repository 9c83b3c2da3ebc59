import { describe, expect, it } from 'vitest';
import { Overlay, type Place } from '../../src/adapters/records-file/overlay.js';
import { generator } from '../convert/caffe/random-weights.js';

const NAMES = Array.from({ length: 200 }, (_, index) => `${String((index * 7) % 200).padStart(3, '0')}.jpg`);
const SORTED = [...NAMES].sort();

describe('an overlay', () => {
  it.each<[string, readonly string[]]>([
    ['nothing', []],
    ['all', SORTED],
    ['some', SORTED.slice(50, 150)],
    ['others', ['a.jpg', 'b.jpg']],
  ])('says of each picture what was said last, when it expects %s', (_, expected) => {
    const random = generator(3);
    const overlay = new Overlay();
    const model = new Map<string, Place | 'removed'>();
    for (let times = 0; times < 600; times += 1) {
      if (times === 100) overlay.expect(expected);
      const image = NAMES[Math.floor(random() * NAMES.length)] ?? '';
      if (random() < 0.2) {
        overlay.remove(image);
        model.set(image, 'removed');
      } else {
        const place = { offset: Math.floor(random() * 2 ** 40), length: 300, inJournal: random() < 0.5 };
        overlay.set(image, place);
        model.set(image, place);
      }
    }
    expect(overlay.images()).toEqual([...model.keys()].sort());
    expect(overlay.size).toBe(model.size);
    for (const image of [...SORTED, 'a.jpg']) expect(overlay.get(image)).toEqual(model.get(image));
  });

  it('names all that it expects once all of them are there', () => {
    const overlay = new Overlay();
    overlay.expect(SORTED);
    expect(overlay.images()).toEqual([]);
    for (const image of NAMES) overlay.set(image, { offset: 1, length: 2, inJournal: true });
    expect(overlay.images()).toEqual(SORTED);
    overlay.expect([]);
    expect(overlay.images()).toEqual(SORTED);
  });
});
