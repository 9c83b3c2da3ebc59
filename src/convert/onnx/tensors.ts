import { sizeOf } from '../tensor.js';
import { dataType, type TensorProto } from './schema.js';

/** The arrays that constants are made of. */
export type TensorData = Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;

/** A constant: `data.length` is the product of `shape`, last axis fastest. @throws {RangeError} when they disagree. */
export function tensorProto(name: string, shape: readonly number[], data: TensorData): TensorProto {
  if (sizeOf(shape) !== data.length) {
    throw new RangeError(`${name}: ${data.length} values for the shape [${shape.join(', ')}]`);
  }
  return { name, dims: shape, dataType: typeOf(data), rawData: littleEndian(data) };
}

function typeOf(data: TensorData): number {
  if (data instanceof Float32Array) return dataType.float32;
  if (data instanceof Uint8Array) return dataType.uint8;
  if (data instanceof Int8Array) return dataType.int8;
  return data instanceof Int32Array ? dataType.int32 : dataType.int64;
}

/** ONNX stores raw data little-endian; so do the machines that Node runs on, but the file must not depend on it. */
function littleEndian(data: TensorData): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (data instanceof Int8Array) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  const view = new DataView(new ArrayBuffer(data.byteLength));
  if (data instanceof BigInt64Array) {
    data.forEach((value, index) => {
      view.setBigInt64(index * 8, value, true);
    });
  } else if (data instanceof Float32Array) {
    data.forEach((value, index) => {
      view.setFloat32(index * 4, value, true);
    });
  } else {
    data.forEach((value, index) => {
      view.setInt32(index * 4, value, true);
    });
  }
  return new Uint8Array(view.buffer);
}

/** The values of a float32 constant. @throws {Error} naming one of another type, or whose values are elsewhere. */
export function floatsOf(tensor: TensorProto): Float32Array {
  requireHere(tensor);
  const { floatData = [], rawData, dims } = tensor;
  const values =
    floatData.length > 0
      ? Float32Array.from(floatData)
      : Float32Array.from({ length: Math.floor(rawData.length / 4) }, (_, index) =>
          viewOf(rawData).getFloat32(index * 4, true),
        );
  return requireAll(tensor.name, dims, values);
}

function requireHere({ name, dataType: type, dataLocation = 0 }: TensorProto): void {
  if (dataLocation !== 0) throw new Error(`The constant ${name} is kept in another file`);
  if (type !== dataType.float32) throw new Error(`The constant ${name} is not of float32`);
}

function requireAll<T extends ArrayLike<number>>(name: string, dims: readonly number[], values: T): T {
  if (values.length === sizeOf(dims)) return values;
  throw new Error(`The constant ${name} has ${values.length} values for the shape [${dims.join(', ')}]`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
