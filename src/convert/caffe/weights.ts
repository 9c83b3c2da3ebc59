import { type FloatTensor, sizeOf } from '../tensor.js';
import { fromHalf } from '../half.js';
import { RAW_TYPES, decodeNet } from './caffe-proto.js';
import type { BlobProto } from './caffe-proto.js';

/** The trained arrays of a Caffe net by layer name. */
export type CaffeWeights = ReadonlyMap<string, readonly FloatTensor[]>;

/**
 * Reads a `.caffemodel`, in the form of either era, with 32-bit, 64-bit or 16-bit numbers.
 * @throws {Error} when it is no such file, or an array does not fit its shape.
 */
export function readCaffeModel(bytes: Uint8Array): CaffeWeights {
  const net = decodeNet(bytes);
  const weights = new Map<string, readonly FloatTensor[]>();
  for (const { name = '', blobs = [] } of [...(net.layers ?? []), ...(net.layer ?? [])]) {
    if (blobs.length === 0) continue;
    const arrays = blobs.map((blob) => readBlob(blob, name));
    weights.set(name, arrays);
  }
  if (weights.size === 0) throw new Error('It holds no weights');
  return weights;
}

function readBlob(blob: BlobProto, layer: string): FloatTensor {
  const { num = 0, channels = 0, height = 0, width = 0 } = blob;
  const shape = blob.shape?.dim.map(Number) ?? [num, channels, height, width];
  const data = readNumbers(blob);
  if (sizeOf(shape) !== data.length) {
    throw new Error(`Layer ${layer} has ${data.length} values for the shape [${shape.join(', ')}]`);
  }
  return { shape, data };
}

function readNumbers(blob: BlobProto): Float32Array {
  if (blob.rawData && blob.rawData.length > 0) {
    if (blob.rawDataType === RAW_TYPES.float16) {
      return Float32Array.from(new Uint16Array(copyOf(blob.rawData)), fromHalf);
    }
    if (blob.rawDataType === RAW_TYPES.float32) return new Float32Array(copyOf(blob.rawData));
    throw new Error(`Weights of raw type ${String(blob.rawDataType)} are not supported`);
  }
  if (blob.doubleData && blob.doubleData.length > 0) {
    return Float32Array.from(new Float64Array(copyOf(blob.doubleData)));
  }
  return new Float32Array(copyOf(blob.data ?? new Uint8Array()));
}

/** The bytes at an offset where typed arrays may start. Little-endian, as the file and the machines Node runs on. */
function copyOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}
