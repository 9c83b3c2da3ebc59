import type { EstimateName, Estimates } from '../core/attributes.js';
import { calibrate, type Calibration } from '../core/calibration.js';
import { combineEstimates, type CombineRules } from '../core/estimates.js';
import type { AttributeEstimator } from '../ports.js';
import type { BoundingBox, Raster } from '../types.js';

/** One of a pack's estimators, and what is taken of it. */
export interface Estimator {
  readonly estimator: AttributeEstimator;
  readonly gives: readonly EstimateName[];
}

/** All estimators of a pack as one: each sees the same faces, and what several say of a face is combined and calibrated. */
export class CombinedEstimator implements AttributeEstimator {
  constructor(
    private readonly estimators: readonly Estimator[],
    private readonly rules: CombineRules,
    private readonly calibration: Calibration,
  ) {}

  async estimate(raster: Raster, boxes: readonly BoundingBox[]): Promise<readonly Estimates[]> {
    const given: (readonly Estimates[])[] = [];
    for (const { estimator, gives } of this.estimators) {
      const estimates = await estimator.estimate(raster, boxes);
      if (estimates.length !== boxes.length) throw new Error('An estimator left out a face');
      given.push(estimates.map((each) => pick(each, gives)));
    }
    return boxes.map((_, face) =>
      calibrate(
        combineEstimates(
          given.flatMap((estimates) => estimates[face] ?? []),
          this.rules,
        ),
        this.calibration,
      ),
    );
  }
}

/** What is taken of what a net says. */
export function pick(estimates: Estimates, names: readonly EstimateName[]): Estimates {
  return Object.fromEntries(names.map((name) => [name, estimates[name]]));
}
