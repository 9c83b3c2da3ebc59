/** A float32 array with its shape; `data.length` is the product of `shape`, last axis fastest. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * The number at an index. Weights whose shapes do not fit each other would otherwise become zeros without a word.
 * @throws {RangeError} when there is none.
 */
export function at(numbers: ArrayLike<number>, index: number): number {
  const value = numbers[index];
  if (value === undefined)
    throw new RangeError(`There is no number ${index} in an array of ${numbers.length}`);
  return value;
}

/** How many numbers a shape holds. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/**
 * A filter from TensorFlow's order to Caffe's and ONNX's: height x width x in x out → out x in x height x width.
 * @throws {RangeError} when it is not of four dimensions, or shape and data disagree.
 */
export function toOutputMajor({ shape, data }: FloatTensor): FloatTensor {
  if (shape.length !== 4 || sizeOf(shape) !== data.length) {
    throw new RangeError(`A filter of ${data.length} values cannot have the shape [${shape.join(', ')}]`);
  }
  const [inputs, outputs] = [at(shape, 2), at(shape, 3)];
  const area = at(shape, 0) * at(shape, 1);
  const turned = new Float32Array(data.length);
  for (let position = 0; position < area; position += 1) {
    for (let input = 0; input < inputs; input += 1) {
      for (let output = 0; output < outputs; output += 1) {
        const value = at(data, (position * inputs + input) * outputs + output);
        turned[(output * inputs + input) * area + position] = value;
      }
    }
  }
  return { shape: [outputs, inputs, at(shape, 0), at(shape, 1)], data: turned };
}
