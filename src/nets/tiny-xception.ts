import type { Estimates } from '../core/attributes.js';
import { maleProbability } from '../core/labels.js';
import type { EstimatorOf } from '../packs/spec.js';
import type { EngineImage, Imaging, Net } from '../ports.js';
import type { FaceEstimator } from './cropped-estimator.js';
import { rowOf, withBlob } from './estimate.js';

/** face-api's AgeGenderNet: years and gender from the clipped face on a black square. */
export class TinyXceptionEstimator implements FaceEstimator {
  constructor(
    private readonly net: Net,
    private readonly spec: EstimatorOf<'tiny-xception'>,
    private readonly imaging: Imaging,
  ) {}

  estimate(faces: readonly EngineImage[]): Promise<readonly Estimates[]> {
    const { nets, genderLabels } = this.spec;
    return withBlob(this.imaging, faces, nets.ageGender, async (blob) => {
      const [ages, genders] = await this.net.forward(blob, ['age', 'gender']);
      return faces.map((_, row) => ({
        male: maleProbability(genderLabels, rowOf(genders, row, genderLabels.length)),
        years: rowOf(ages, row, 1)[0] ?? Number.NaN,
      }));
    });
  }
}
