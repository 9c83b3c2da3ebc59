import type { Estimates } from '../core/attributes.js';
import { inOrderOf } from '../core/labels.js';
import type { EstimatorOf } from '../packs/spec.js';
import type { EngineImage, Imaging, Net } from '../ports.js';
import { EXPRESSIONS } from '../types.js';
import type { FaceEstimator } from './cropped-estimator.js';
import { rowOf, withBlob } from './estimate.js';

/** face-api's FaceExpressionNet: what a face shows, one probability for each expression. */
export class FaceExpressionEstimator implements FaceEstimator {
  constructor(
    private readonly net: Net,
    private readonly spec: EstimatorOf<'face-expression'>,
    private readonly imaging: Imaging,
  ) {}

  estimate(faces: readonly EngineImage[]): Promise<readonly Estimates[]> {
    const { nets, expressionLabels } = this.spec;
    return withBlob(this.imaging, faces, nets.expression, async (blob) => {
      const [expressions] = await this.net.forward(blob, ['expression']);
      return faces.map((_, row) => ({
        expressionDistribution: inOrderOf(
          EXPRESSIONS,
          expressionLabels,
          rowOf(expressions, row, expressionLabels.length),
        ),
      }));
    });
  }
}
