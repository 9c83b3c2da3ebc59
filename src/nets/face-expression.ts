import type { Estimates } from '../core/attributes.js';
import { inOrderOf } from '../core/labels.js';
import type { EstimatorOf } from '../packs/spec.js';
import type { AttributeEstimator, EngineImage, Net } from '../ports.js';
import { EXPRESSIONS, type BoundingBox, type Raster } from '../types.js';
import { estimateInBatches, rowOf, withBlob, type EstimatorTools } from './estimate.js';

/** face-api's FaceExpressionNet: what a face shows, one probability for each expression. */
export class FaceExpressionEstimator implements AttributeEstimator {
  constructor(
    private readonly net: Net,
    private readonly spec: EstimatorOf<'face-expression'>,
    private readonly tools: EstimatorTools,
  ) {}

  estimate(raster: Raster, boxes: readonly BoundingBox[]): Promise<readonly Estimates[]> {
    return estimateInBatches(this.tools, raster, boxes, (faces) => this.#batch(faces));
  }

  #batch(faces: readonly EngineImage[]): Promise<readonly Estimates[]> {
    const { nets, expressionLabels } = this.spec;
    return withBlob(this.tools.imaging, faces, nets.expression, async (blob) => {
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
