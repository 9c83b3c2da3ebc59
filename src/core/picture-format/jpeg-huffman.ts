/** Bits that one look-up takes in; longer codes are found one by one. */
export const WINDOW = 12;
const LONGEST_CODE = 16;

/**
 * A Huffman table for stepping over codes without decoding them. An entry says what to step over; 0 means that the code
 * is longer than the window. Bits 0-7: bits, those of the value behind the code included. Bits 8-15: coefficients.
 * Bit 16: the block ends.
 */
export interface HuffmanTable {
  /** By the next `WINDOW` bits: the first symbol. */
  readonly one: Int32Array;
  /** The same for as many symbols as the window holds whole. */
  readonly many: Int32Array;
  /** The first symbol of a code that is longer than the window; 0 when there is none such. @param bits the next 16. */
  readonly long: (bits: number) => number;
}

export const BITS = 0xff;
export const COEFFICIENTS_SHIFT = 8;
export const COEFFICIENTS = 0xff;
export const END = 1 << 16;

/** What a symbol's code, and the value that follows it, take. */
type Step = (symbol: number, codeBits: number) => number;

/** Of a DC coefficient: the symbol is the size of its value. */
export const dcStep: Step = (symbol, codeBits) => codeBits + symbol + (1 << COEFFICIENTS_SHIFT);

/** Of an AC coefficient: a run of zeros in the upper half of the symbol, the size of the value in the lower one. */
export const acStep: Step = (symbol, codeBits) => {
  if (symbol === 0) return codeBits + END;
  return codeBits + (symbol & 15) + (((symbol >> 4) + 1) << COEFFICIENTS_SHIFT);
};

/**
 * @param lengths number of codes of each length from 1 to 16.
 * @param symbols in the order of their codes.
 * @returns undefined for lengths that no Huffman code has.
 */
export function huffmanTable(lengths: Buffer, symbols: Buffer, step: Step): HuffmanTable | undefined {
  const one = new Int32Array(1 << WINDOW);
  const firstCode: number[] = [];
  const firstSymbol: number[] = [];
  let code = 0;
  let next = 0;
  for (let length = 1; length <= LONGEST_CODE; length += 1) {
    firstCode[length] = code;
    firstSymbol[length] = next;
    const count = lengths[length - 1] ?? 0;
    if (code + count > 1 << length) return undefined;
    if (length <= WINDOW) {
      for (let i = 0; i < count; i += 1) {
        const shift = WINDOW - length;
        one.fill(step(symbols[next + i] ?? 0, length), (code + i) << shift, (code + i + 1) << shift);
      }
    }
    next += count;
    code = (code + count) << 1;
  }
  const long = (bits: number): number => {
    for (let length = WINDOW + 1; length <= LONGEST_CODE; length += 1) {
      const index = (bits >> (LONGEST_CODE - length)) - (firstCode[length] ?? 0);
      if (index >= 0 && index < (lengths[length - 1] ?? 0)) {
        return step(symbols[(firstSymbol[length] ?? 0) + index] ?? 0, length);
      }
    }
    return 0;
  };
  return { one, many: joined(one), long };
}

function joined(one: Int32Array): Int32Array {
  return one.map((first, window) => {
    let all = first;
    while (all !== 0 && (all & END) === 0) {
      const used = all & BITS;
      const next = one[(window << used) & ((1 << WINDOW) - 1)] ?? 0;
      if (next === 0 || used + (next & BITS) > WINDOW) break;
      all += next;
    }
    return all;
  });
}
