import type { Estimates } from '../core/attributes.js';
import type { EstimatorOf } from '../packs/spec.js';
import type { EngineImage, Imaging, Net } from '../ports.js';
import type { FaceEstimator } from './cropped-estimator.js';
import { rowOf, withBlob } from './estimate.js';

/** Years 0 to 99, one probability each. */
const YEARS = 100;

/** The human library's `faceres-deep`: MobileNetV1 that gives a probability of male and one of each year of age. */
export class MobilenetV1Estimator implements FaceEstimator {
  constructor(
    private readonly net: Net,
    private readonly spec: EstimatorOf<'mobilenet-v1'>,
    private readonly imaging: Imaging,
  ) {}

  estimate(faces: readonly EngineImage[]): Promise<readonly Estimates[]> {
    return withBlob(this.imaging, faces, this.spec.nets.ageGender, async (blob) => {
      const [males, ages] = await this.net.forward(blob, ['male', 'age']);
      return faces.map((_, row) => ({
        male: rowOf(males, row, 1)[0] ?? Number.NaN,
        years: meanYear(rowOf(ages, row, YEARS)),
      }));
    });
  }
}

/** The mean of the distribution: truer than its peak. */
function meanYear(probabilities: Float32Array): number {
  return probabilities.reduce((sum, probability, year) => sum + probability * year, 0);
}
