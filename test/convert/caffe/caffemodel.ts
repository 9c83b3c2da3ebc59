import type { CaffeNet } from '../../../src/convert/caffe/caffe-net.js';
import { RAW_TYPES, encodeNet } from '../../../src/convert/caffe/caffe-proto.js';
import type { BlobProto } from '../../../src/convert/caffe/caffe-proto.js';
import type { CaffeWeights } from '../../../src/convert/caffe/weights.js';
import type { FloatTensor } from '../../../src/convert/tensor.js';

/** Forms in which weights are found in the wild: `layers` before 2015, `layer` since, and 16-bit raw data. */
export type CaffeForm = 'v1' | 'v2' | 'fp16';

export interface CaffeModelOptions {
  readonly form: CaffeForm;
  /** Pads the file to this size, as training leftovers do in the originals. */
  readonly bytes?: number;
}

/** Numbers of V1LayerParameter.LayerType. */
const OLD_TYPES: Readonly<Record<string, number>> = { Convolution: 4, InnerProduct: 14 };

/** The bytes of a `.caffemodel` with these weights. */
export function writeCaffeModel(
  net: CaffeNet,
  weights: CaffeWeights,
  options: CaffeModelOptions,
): Uint8Array {
  const file = encode(net, weights, options.form, net.name);
  const missing = (options.bytes ?? file.length) - file.length;
  if (missing === 0) return file;
  // A longer name makes up for what the originals carry beside weights; its own length prefix may take a byte or two more.
  for (let extra = missing; extra > missing - 5; extra -= 1) {
    const padded = encode(net, weights, options.form, net.name + '.'.repeat(extra));
    if (padded.length === options.bytes) return padded;
  }
  throw new Error(`The weights take ${file.length} bytes, which cannot become ${String(options.bytes)}`);
}

function encode(net: CaffeNet, weights: CaffeWeights, form: CaffeForm, name: string): Uint8Array {
  const layers = net.layers.flatMap((layer) => {
    const blobs = weights.get(layer.name);
    return blobs ? [{ layer, blobs: blobs.map((blob) => toProto(blob, form)) }] : [];
  });
  if (form !== 'v1') {
    return encodeNet({
      name,
      layer: layers.map(({ layer, blobs }) => ({ name: layer.name, type: layer.type, blobs })),
    });
  }
  return encodeNet({
    name,
    layers: layers.map(({ layer, blobs }) => ({ name: layer.name, type: OLD_TYPES[layer.type] ?? 0, blobs })),
  });
}

function toProto({ shape, data }: FloatTensor, form: CaffeForm): BlobProto {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (form === 'fp16')
    return { shape: { dim: shape }, rawDataType: RAW_TYPES.float16, rawData: toHalf(data) };
  if (form === 'v2') return { shape: { dim: shape }, data: bytes };
  const [num = 1, channels = 1, height = 1, width = 1] = [
    ...Array<number>(4 - shape.length).fill(1),
    ...shape,
  ];
  return { num, channels, height, width, data: bytes };
}

/** Rounded to nearest; values beyond the range of halves do not occur in weights. */
function toHalf(data: Float32Array): Uint8Array {
  const halves = Uint16Array.from(data, (value) => {
    const sign = value < 0 ? 0x8000 : 0;
    const size = Math.abs(value);
    if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24);
    const exponent = Math.floor(Math.log2(size));
    return sign | (((exponent + 15) << 10) + Math.round((size / 2 ** exponent - 1) * 1024));
  });
  return new Uint8Array(halves.buffer);
}
