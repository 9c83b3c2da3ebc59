import type { Estimates } from '../core/attributes.js';
import { inOrderOf, maleProbability } from '../core/labels.js';
import { messageOf } from '../core/thrown.js';
import { FatalError } from '../errors.js';
import type { EstimatorOf, NetSpec } from '../packs/spec.js';
import type { Blob, EngineImage, Imaging, Net } from '../ports.js';
import { AGE_GROUPS } from '../types.js';
import type { FaceEstimator } from './cropped-estimator.js';
import { rowOf, withBlob } from './estimate.js';
import { netBlobSpec, sameBlob } from './net-input.js';

/** Both classifiers end in a softmax of this name. */
const OUTPUT = 'prob';

interface Classifiers {
  readonly gender: Net;
  readonly age: Net;
}

/** gender_net and age_net after Levi and Hassner (2015): two classifiers over the same crop of a face. */
export class LeviHassnerEstimator implements FaceEstimator {
  readonly #sameBlob: boolean;

  private constructor(
    private readonly nets: Classifiers,
    private readonly spec: EstimatorOf<'levi-hassner'>,
    private readonly imaging: Imaging,
  ) {
    this.#sameBlob = sameBlob(spec.nets.gender, spec.nets.age);
  }

  /**
   * Runs each net once on a black picture: what that allocates and packs, the first face needs anyway.
   * @throws {FatalError} MODEL_CORRUPT when a net cannot run or gives another number of classes than it has labels.
   */
  static async create(
    nets: Classifiers,
    spec: EstimatorOf<'levi-hassner'>,
    imaging: Imaging,
  ): Promise<LeviHassnerEstimator> {
    await checkWidth(imaging, nets.gender, spec.nets.gender, spec.genderLabels);
    await checkWidth(imaging, nets.age, spec.nets.age, spec.ageLabels);
    return new LeviHassnerEstimator(nets, spec, imaging);
  }

  async estimate(faces: readonly EngineImage[]): Promise<readonly Estimates[]> {
    const { genderLabels, ageLabels } = this.spec;
    const [genders, ages] = await this.#forward(faces);
    return faces.map((_, row) => ({
      male: maleProbability(genderLabels, rowOf(genders, row, genderLabels.length)),
      ageDistribution: inOrderOf(AGE_GROUPS, ageLabels, rowOf(ages, row, ageLabels.length)),
    }));
  }

  #forward(faces: readonly EngineImage[]): Promise<readonly [Float32Array, Float32Array]> {
    const { imaging } = this;
    const { gender, age } = this.spec.nets;
    return withBlob(imaging, faces, gender, async (blob) => {
      const genders = await probabilities(this.nets.gender, blob);
      if (this.#sameBlob) return [genders, await probabilities(this.nets.age, blob)];
      return [genders, await withBlob(imaging, faces, age, (other) => probabilities(this.nets.age, other))];
    });
  }
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
