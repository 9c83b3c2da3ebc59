import type { Estimates } from '../core/attributes.js';
import { maleProbability } from '../core/labels.js';
import type { EstimatorOf } from '../packs/spec.js';
import type { AttributeEstimator, EngineImage, Net } from '../ports.js';
import type { BoundingBox, Raster } from '../types.js';
import { estimateInBatches, rowOf, withBlob, type EstimatorTools } from './estimate.js';

/** face-api's AgeGenderNet: years and gender from the clipped face on a black square. */
export class TinyXceptionEstimator implements AttributeEstimator {
  constructor(
    private readonly net: Net,
    private readonly spec: EstimatorOf<'tiny-xception'>,
    private readonly tools: EstimatorTools,
  ) {}

  estimate(raster: Raster, boxes: readonly BoundingBox[]): Promise<readonly Estimates[]> {
    return estimateInBatches(this.tools, raster, boxes, (faces) => this.#batch(faces));
  }

  #batch(faces: readonly EngineImage[]): Promise<readonly Estimates[]> {
    const { nets, genderLabels } = this.spec;
    return withBlob(this.tools.imaging, faces, nets.ageGender, async (blob) => {
      const [ages, genders] = await this.net.forward(blob, ['age', 'gender']);
      return faces.map((_, row) => ({
        male: maleProbability(genderLabels, rowOf(genders, row, genderLabels.length)),
        years: rowOf(ages, row, 1)[0] ?? Number.NaN,
      }));
    });
  }
}
