import { z } from 'zod';
import { fromHalf } from '../half.js';
import { type FloatTensor, sizeOf } from '../tensor.js';

/** A net's weights by the name that TFJS gives them; convolution filters are height x width x in x out. */
export type TfjsWeights = ReadonlyMap<string, FloatTensor>;

const quantizationSchema = z.discriminatedUnion('dtype', [
  z.object({ dtype: z.literal('uint8'), scale: z.number(), min: z.number() }),
  z.object({ dtype: z.literal('float16') }),
]);

const entrySchema = z.object({
  name: z.string(),
  shape: z.array(z.int().nonnegative()),
  dtype: z.enum(['float32', 'int32']),
  quantization: quantizationSchema.optional(),
});

/** What TFJS writes about one data file: its arrays, in the order in which they follow each other. */
export const weightsManifestSchema = z.tuple([z.object({ weights: z.array(entrySchema) })]);

export type WeightEntry = z.infer<typeof entrySchema>;

/**
 * Reads the arrays of a TFJS data file, all of which become float32: 8-bit values are `value * scale + min`.
 * @throws {RangeError} saying at which array the data ends too early, or how much is left over.
 */
export function decodeWeights(bin: Uint8Array, entries: readonly WeightEntry[]): TfjsWeights {
  const weights = new Map<string, FloatTensor>();
  const view = new DataView(bin.buffer, bin.byteOffset, bin.byteLength);
  let offset = 0;
  for (const entry of entries) {
    const { bytes, read } = encodingOf(entry, view);
    const length = sizeOf(entry.shape);
    if (offset + length * bytes > bin.length) throw new RangeError(`it ends inside ${entry.name}`);
    const start = offset;
    const data = Float32Array.from({ length }, (_, index) => read(start + index * bytes));
    weights.set(entry.name, { shape: entry.shape, data });
    offset += length * bytes;
  }
  if (offset !== bin.length) throw new RangeError(`it goes on for ${bin.length - offset} bytes too many`);
  return weights;
}

interface Encoding {
  /** Bytes a value. */
  readonly bytes: number;
  readonly read: (offset: number) => number;
}

function encodingOf({ dtype, quantization }: WeightEntry, view: DataView): Encoding {
  switch (quantization?.dtype) {
    case 'uint8': {
      const { scale, min } = quantization;
      return { bytes: 1, read: (offset) => view.getUint8(offset) * scale + min };
    }
    case 'float16':
      return { bytes: 2, read: (offset) => fromHalf(view.getUint16(offset, true)) };
    case undefined:
      return dtype === 'float32'
        ? { bytes: 4, read: (offset) => view.getFloat32(offset, true) }
        : { bytes: 4, read: (offset) => view.getInt32(offset, true) };
  }
}
