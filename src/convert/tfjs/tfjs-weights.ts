import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { FatalError } from '../../errors.js';
import { type FloatTensor, sizeOf } from '../tensor.js';

/** A net's weights by the name that TFJS gives them; convolution filters are height x width x in x out. */
export type TfjsWeights = ReadonlyMap<string, FloatTensor>;

/** One TFJS model: the file `<name>.bin` described by `<name>-weights_manifest.json`, and the hash it must have. */
export interface TfjsSource {
  readonly name: string;
  readonly sha256: string;
}

const manifestSchema = z.tuple([
  z.object({
    weights: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.int().nonnegative()),
        dtype: z.enum(['float32', 'int32']),
        quantization: z.object({ dtype: z.literal('uint8'), scale: z.number(), min: z.number() }).optional(),
      }),
    ),
  }),
]);

type Entry = z.infer<typeof manifestSchema>[0]['weights'][number];

/**
 * Reads a TFJS weights manifest and its data file. 8-bit values become `value * scale + min`.
 * @throws {FatalError} MODEL_CORRUPT naming the file that is missing, changed or unreadable.
 */
export async function readTfjsWeights(folder: string, source: TfjsSource): Promise<TfjsWeights> {
  const binPath = path.join(folder, `${source.name}.bin`);
  const manifestPath = path.join(folder, `${source.name}-weights_manifest.json`);
  const bin = await read(binPath);
  const sha256 = createHash('sha256').update(bin).digest('hex');
  if (sha256 !== source.sha256) throw corrupt(binPath, `its sha256 is ${sha256}, not ${source.sha256}`);
  return decodeWeights(bin, parseManifest(manifestPath, await read(manifestPath)), binPath);
}

function decodeWeights(bin: Buffer, entries: readonly Entry[], file: string): TfjsWeights {
  const weights = new Map<string, FloatTensor>();
  const view = new DataView(bin.buffer, bin.byteOffset, bin.byteLength);
  let offset = 0;
  for (const entry of entries) {
    const length = sizeOf(entry.shape);
    const bytes = length * (entry.quantization === undefined ? 4 : 1);
    if (offset + bytes > bin.length) throw corrupt(file, `it ends inside ${entry.name}`);
    weights.set(entry.name, { shape: entry.shape, data: decodeEntry(view, offset, length, entry) });
    offset += bytes;
  }
  return weights;
}

function decodeEntry(view: DataView, offset: number, length: number, entry: Entry): Float32Array {
  const { quantization } = entry;
  if (quantization !== undefined) {
    const { scale, min } = quantization;
    return Float32Array.from({ length }, (_, index) => view.getUint8(offset + index) * scale + min);
  }
  const read = entry.dtype === 'float32' ? 'getFloat32' : 'getInt32';
  return Float32Array.from({ length }, (_, index) => view[read](offset + index * 4, true));
}

function parseManifest(file: string, bytes: Buffer): readonly Entry[] {
  try {
    return manifestSchema.parse(JSON.parse(bytes.toString()))[0].weights;
  } catch (cause) {
    throw corrupt(file, 'it is no TFJS weights manifest', cause);
  }
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw corrupt(file, 'it cannot be read', cause);
  }
}

function corrupt(file: string, what: string, cause?: unknown): FatalError {
  return new FatalError(
    'MODEL_CORRUPT',
    `${file} is not the weights file that facetag was made for: ${what}. Reinstall @vladmandic/face-api 1.7.15.`,
    { cause },
  );
}
