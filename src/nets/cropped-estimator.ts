import type { EstimateName, Estimates } from '../core/attributes.js';
import type { AttributeEstimator, EngineImage } from '../ports.js';
import type { BoundingBox, Raster } from '../types.js';
import { estimateInBatches, type EstimatorTools } from './estimate.js';
import { pick } from './estimators.js';

/** Says something of faces that are cut out. */
export interface FaceEstimator {
  /** @param faces stay the caller's. @returns one entry per face, in order. */
  estimate(faces: readonly EngineImage[]): Promise<readonly Estimates[]>;
}

/** Estimators that look at the same crops, and what is taken of each. */
export class CroppedEstimator implements AttributeEstimator {
  /** @param members no two of which give the same. */
  constructor(
    private readonly tools: EstimatorTools,
    private readonly members: readonly {
      readonly estimator: FaceEstimator;
      readonly gives: readonly EstimateName[];
    }[],
  ) {}

  estimate(raster: Raster, boxes: readonly BoundingBox[]): Promise<readonly Estimates[]> {
    return estimateInBatches(this.tools, raster, boxes, (faces) => this.#batch(faces));
  }

  async #batch(faces: readonly EngineImage[]): Promise<readonly Estimates[]> {
    let all: readonly Estimates[] = faces.map(() => ({}));
    for (const { estimator, gives } of this.members) {
      const estimates = await estimator.estimate(faces);
      if (estimates.length !== faces.length) throw new Error('An estimator left out a face');
      all = all.map((each, face) => ({ ...each, ...pick(estimates[face] ?? {}, gives) }));
    }
    return all;
  }
}
