import { expect, it } from 'vitest';
import { SortedNames } from '../../src/core/sorted-names.js';
import { generator } from '../convert/caffe/random-weights.js';

it('has the names of its list and no others, in whatever order they are asked for', () => {
  const random = generator(4);
  for (let times = 0; times < 200; times += 1) {
    const all = Array.from({ length: 30 }, (_, index) => `${index % 3}/${index}`).sort();
    const share = random();
    const names = all.filter(() => random() < share);
    const sorted = new SortedNames(names);
    const asked =
      random() < 0.5 ? all : all.map((name) => ({ name, at: random() })).sort((a, b) => a.at - b.at);
    for (const each of asked) {
      const name = typeof each === 'string' ? each : each.name;
      expect(sorted.has(name)).toBe(names.includes(name));
      if (random() < 0.1) expect(sorted.has(name)).toBe(names.includes(name));
    }
  }
});
