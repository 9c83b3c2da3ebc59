/** First 128 bits of the fraction of pi: nobody chose them. */
const SEED = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344] as const;

/**
 * Fills arrays with whole numbers from 0 to `limit - 1`, which is at most 2 ** 32, in an order that looks like chance and
 * is always the same: xoshiro128** (Blackman and Vigna 2018).
 */
export function randomIndices(limit: number): (target: Uint32Array) => void {
  const scale = limit / 2 ** 32;
  let state: readonly [number, number, number, number] = SEED;
  return (target) => {
    let [a, b, c, d] = state;
    for (let at = 0; at < target.length; at++) {
      target[at] = (Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0) * scale;
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = rotate(d, 11);
    }
    state = [a, b, c, d];
  };
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
