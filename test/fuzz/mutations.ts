import type { Random } from './random.js';

/** What damage does to a file. `other` is a good file of the same format. */
type Mutate = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

const changed = (bytes: Buffer, change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
};

const without = (bytes: Buffer, at: number, count: number): Buffer =>
  Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + count)]);

const withInserted = (bytes: Buffer, at: number, inserted: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);

/** Where headers, tables and the first lengths are. */
const HEAD = 640;
const DHT = Buffer.from([0xff, 0xc4]);
const JPEG_END = Buffer.from([0xff, 0xd9]);

const flipBit = (copy: Buffer, random: Random): void => {
  const at = random.below(copy.length);
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << random.below(8)), at);
};

/** Kinds of damage, as disks, networks, programs and ill will do it. */
export const MUTATIONS = {
  'one bit': (bytes, random) =>
    changed(bytes, (copy) => {
      flipBit(copy, random);
    }),
  'some bits': (bytes, random) =>
    changed(bytes, (copy) => {
      for (let i = 2 + random.below(14); i > 0; i -= 1) flipBit(copy, random);
    }),
  'noise block': (bytes, random) =>
    changed(bytes, (copy) => {
      random.bytes(16 + random.below(496)).copy(copy, random.below(copy.length));
    }),
  'zero block': (bytes, random) =>
    changed(bytes, (copy) => {
      const at = random.below(copy.length);
      copy.fill(0, at, Math.min(copy.length, at + random.pick([64, 128, 512, 1024, 4096])));
    }),
  'zero sector': (bytes, random) =>
    changed(bytes, (copy) => {
      const at = 512 * random.below(Math.ceil(copy.length / 512));
      copy.fill(0, at, Math.min(copy.length, at + 512));
    }),
  cut: (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  'cut, ended': (bytes, random) => {
    const tail = bytes.subarray(-random.pick([1, 2, 12, 16]));
    return Buffer.concat([bytes.subarray(0, random.below(bytes.length)), tail]);
  },
  hole: (bytes, random) => without(bytes, random.below(bytes.length), 1 + random.below(2048)),
  inserted: (bytes, random) =>
    withInserted(bytes, random.below(bytes.length), random.bytes(1 + random.below(512))),
  doubled: (bytes, random) => {
    const at = random.below(bytes.length);
    return withInserted(bytes, at, bytes.subarray(at, at + 1 + random.below(2048)));
  },
  swapped: (bytes, random) =>
    changed(bytes, (copy) => {
      const count = 1 + random.below(512);
      const [a, b] = [random.below(copy.length - count), random.below(copy.length - count)];
      bytes.copy(copy, b, a, a + count);
      bytes.copy(copy, a, b, b + count);
    }),
  spliced: (bytes, random, other) => {
    const at = random.below(bytes.length);
    const from = random.below(other.length);
    return changed(bytes, (copy) => other.copy(copy, at, from, from + 1 + random.below(2048)));
  },
  head: (bytes, random) =>
    changed(bytes, (copy) => {
      copy.writeUInt8(
        random.pick([0, 1, 0x7f, 0xff, random.below(256)]),
        random.below(Math.min(HEAD, copy.length)),
      );
    }),
  'length field': (bytes, random) =>
    changed(bytes, (copy) => {
      const at = random.below(Math.min(HEAD, copy.length) - 4);
      const value = random.pick([0, 1, 0xffff, copy.length, 0x7fff_ffff, 0xffff_ffff, random.below(2 ** 32)]);
      if (random.below(2) === 0) copy.writeUInt32BE(value, at);
      else copy.writeUInt32LE(value, at);
    }),
  'loose bytes and a cut': (bytes, random) => {
    const tables = bytes.indexOf(DHT);
    const end = Math.floor(bytes.length * (0.4 + random.below(50) / 100));
    if (tables < 0 || end < tables) return bytes.subarray(0, end);
    return Buffer.concat([withInserted(bytes.subarray(0, end), tables, Buffer.alloc(2)), JPEG_END]);
  },
} as const satisfies Record<string, Mutate>;

export type Kind = keyof typeof MUTATIONS;

export const KINDS = Object.keys(MUTATIONS) as readonly Kind[];
