import { crc32 } from 'node:zlib';

/** Tells one content from another, as long as nobody forges one. */
export interface Sum {
  readonly bytes: number;
  /** CRC-32. */
  readonly check: number;
}

/** Sums up a file piece by piece. */
export class Checksum implements Sum {
  bytes = 0;
  check = 0;

  add(piece: string | Uint8Array): void {
    this.bytes += Buffer.byteLength(piece);
    this.check = crc32(piece, this.check);
  }
}

/** Without what else an object has that is one. */
export const sumOf = ({ bytes, check }: Sum): { readonly bytes: number; readonly check: number } => ({
  bytes,
  check,
});

export function sameSum(a: Sum, b: Sum): boolean {
  return a.bytes === b.bytes && a.check === b.check;
}

/** Hands pieces on and sums them up. */
export async function* summed<T extends string | Uint8Array>(
  pieces: AsyncIterable<T>,
  sum: Checksum,
): AsyncGenerator<T> {
  for await (const piece of pieces) {
    sum.add(piece);
    yield piece;
  }
}
