import { describe, expect, it } from 'vitest';
import { inShard } from '../../src/core/shard.js';

const names = Array.from({ length: 30_000 }, (_, index) => `album ${index % 30}/IMG_${index}.jpg`);
const shardOf = (name: string, count: number): number[] =>
  Array.from({ length: count }, (_, index) => index + 1).filter((index) => inShard(name, index, count));

describe('inShard', () => {
  it.each([1, 2, 3, 7, 10, 16])('puts every picture into exactly one of %i shards, evenly', (count) => {
    const shards = names.map((name) => shardOf(name, count));
    expect(shards.filter((those) => those.length !== 1)).toEqual([]);
    const sizes = new Array<number>(count).fill(0);
    for (const [shard] of shards) sizes[shard! - 1]! += 1;
    const fair = names.length / count;
    for (const size of sizes) expect(Math.abs(size - fair) / fair).toBeLessThan(0.08);
  });

  // Pinned: another value would move pictures between the shards of results that exist already.
  it.each([
    ['a.jpg', 7],
    ['2024/a.jpg', 7],
    ['Zürich/é.jpg', 3],
    ['\u{1F600}.png', 1],
    ['x/y/IMG_0001.JPG', 3],
  ])('%s stays in shard %i of 7', (name, shard) => {
    expect(shardOf(name, 7)).toEqual([shard]);
  });
});
