import { mostProbable } from '../core/labels.js';
import { messageOf } from '../core/thrown.js';
import { FatalError } from '../errors.js';
import type { AttributeEstimator, Blob, EngineImage, Imaging, Net } from '../ports.js';
import type { Attributes, BoundingBox, Raster } from '../types.js';
import { netBlobSpec, sameBlob } from './estimate-in-batches.js';
import { estimateInBatches } from './estimate-in-batches.js';
import type { ClassificationSpec, NetSpec } from '../packs/spec.js';
import { cropFace } from './face-crop.js';

interface EstimatorOptions {
  /** Share of the box size added on each side. */
  readonly padding: number;
}

/** Both classifiers end in a softmax of this name. */
const OUTPUT = 'prob';

/** gender_net and age_net after Levi and Hassner (2015): two classifiers over the same crop of a face. */
export class LeviHassnerEstimator implements AttributeEstimator {
  readonly #sameBlob: boolean;

  private constructor(
    private readonly imaging: Imaging,
    private readonly nets: { readonly gender: Net; readonly age: Net },
    private readonly spec: ClassificationSpec,
    private readonly options: EstimatorOptions,
  ) {
    this.#sameBlob = sameBlob(spec.gender, spec.age);
  }

  /**
   * Runs each net once on a black picture: what that allocates and packs, the first face needs anyway.
   * @throws {FatalError} MODEL_CORRUPT when a net cannot run or gives another number of classes than it has labels.
   */
  static async create(
    imaging: Imaging,
    nets: { readonly gender: Net; readonly age: Net },
    spec: ClassificationSpec,
    options: EstimatorOptions,
  ): Promise<LeviHassnerEstimator> {
    await checkWidth(imaging, nets.gender, spec.gender, spec.genderLabels);
    await checkWidth(imaging, nets.age, spec.age, spec.ageLabels);
    return new LeviHassnerEstimator(imaging, nets, spec, options);
  }

  estimate(raster: Raster, boxes: readonly BoundingBox[]): Promise<readonly Attributes[]> {
    return estimateInBatches(this.imaging, raster, boxes, this.spec.batch, (image, batch) =>
      this.#batch(image, batch),
    );
  }

  async #batch(image: EngineImage, boxes: readonly BoundingBox[]): Promise<readonly Attributes[]> {
    const faces: EngineImage[] = [];
    try {
      for (const box of boxes) faces.push(cropFace(image, box, this.options.padding));
      const [genders, ages] = await this.#forward(faces);
      return faces.map((_, row) => this.#attributes(genders, ages, row));
    } finally {
      for (const face of faces) face.release();
    }
  }

  async #forward(faces: readonly EngineImage[]): Promise<[Float32Array, Float32Array]> {
    const first = this.imaging.blob(faces, netBlobSpec(this.spec.gender));
    try {
      const genders = await probabilities(this.nets.gender, first);
      if (this.#sameBlob) return [genders, await probabilities(this.nets.age, first)];
      const second = this.imaging.blob(faces, netBlobSpec(this.spec.age));
      try {
        return [genders, await probabilities(this.nets.age, second)];
      } finally {
        second.release();
      }
    } finally {
      first.release();
    }
  }

  #attributes(genders: Float32Array, ages: Float32Array, row: number): Attributes {
    const { genderLabels, ageLabels } = this.spec;
    const distribution = rowOf(ages, row, ageLabels.length);
    const age = mostProbable(ageLabels, distribution);
    return {
      gender: mostProbable(genderLabels, rowOf(genders, row, genderLabels.length)),
      age: age.label,
      ageConfidence: age.confidence,
      ageDistribution: Array.from(distribution),
    };
  }
}

function rowOf(values: Float32Array, row: number, width: number): Float32Array {
  return values.subarray(row * width, (row + 1) * width);
}

async function probabilities(net: Net, blob: Blob): Promise<Float32Array> {
  const [values] = await net.forward(blob, [OUTPUT]);
  return values ?? new Float32Array();
}

async function checkWidth(
  imaging: Imaging,
  net: Net,
  spec: NetSpec,
  labels: readonly string[],
): Promise<void> {
  const { width, height } = spec;
  const black = imaging.load({ data: Buffer.alloc(width * height * 3), width, height });
  const blob = imaging.blob([black], netBlobSpec(spec));
  let found: number;
  try {
    found = (await probabilities(net, blob)).length;
  } catch (cause) {
    const reason = messageOf(cause);
    throw new FatalError('MODEL_CORRUPT', `${spec.weights} does not run with its definition: ${reason}`, {
      cause,
    });
  } finally {
    blob.release();
    black.release();
  }
  if (found !== labels.length) {
    throw new FatalError(
      'MODEL_CORRUPT',
      `${spec.weights} tells ${found} classes apart, but the manifest has ${labels.length} labels for it`,
    );
  }
}
