import type { EstimateName } from '../core/attributes.js';
import type { EstimatorSpec, CropSpec, NetSpec } from '../packs/spec.js';
import type { Imaging, Net } from '../ports.js';
import type { FaceEstimator } from './cropped-estimator.js';
import { CroppedEstimator } from './cropped-estimator.js';
import type { Estimator } from './estimators.js';
import { faceCrop, type FaceCrop } from './face-crop.js';

export interface EstimatorOptions {
  readonly imaging: Imaging;
  /** Whether each face is judged mirrored as well. */
  readonly flip: boolean;
  readonly load: (net: NetSpec) => Promise<Net>;
}

/**
 * Loads the estimators of a pack. Those that look at the same crops share them: to find landmarks and to cut a face out
 * takes half as long as a small net.
 */
export async function buildEstimators(
  specs: readonly EstimatorSpec[],
  options: EstimatorOptions,
): Promise<readonly Estimator[]> {
  return await Promise.all(groupByCrop(specs).map((group) => buildGroup(group, options)));
}

type Group = readonly [EstimatorSpec, ...EstimatorSpec[]];

/**
 * In the order of the specs. One that says what an earlier one says stands alone, so that rules of combining meet them in
 * their order.
 */
function groupByCrop(specs: readonly EstimatorSpec[]): Group[] {
  const groups = new Map<string, [EstimatorSpec, ...EstimatorSpec[]]>();
  const said = new Set<EstimateName>();
  for (const [index, spec] of specs.entries()) {
    const { width, height } = inputOf(spec);
    const key = JSON.stringify([spec.crop, spec.batch, width, height]);
    const group = groups.get(key);
    if (group && !spec.gives.some((name) => said.has(name))) group.push(spec);
    else groups.set(group ? `${key} ${index}` : key, [spec]);
    for (const name of spec.gives) said.add(name);
  }
  return [...groups.values()];
}

/** The net whose input the crops are for. */
function inputOf(spec: EstimatorSpec): NetSpec {
  switch (spec.family) {
    case 'tiny-xception':
    case 'mobilenet-v1':
      return spec.nets.ageGender;
    case 'levi-hassner':
      return spec.nets.gender;
    case 'face-expression':
      return spec.nets.expression;
  }
}

async function buildGroup(group: Group, options: EstimatorOptions): Promise<Estimator> {
  const [first] = group;
  const { imaging, flip } = options;
  const [crop, members] = await Promise.all([
    buildCrop(first.crop, inputOf(first), options),
    Promise.all(
      group.map(async (spec) => ({ gives: spec.gives, estimator: await buildEstimator(spec, options) })),
    ),
  ]);
  return {
    gives: group.flatMap((spec): readonly EstimateName[] => spec.gives),
    estimator: new CroppedEstimator({ imaging, batch: first.batch, crop, flip }, members),
  };
}

/** Only the families that the pack uses are imported. */
async function buildEstimator(
  spec: EstimatorSpec,
  { imaging, load }: EstimatorOptions,
): Promise<FaceEstimator> {
  switch (spec.family) {
    case 'tiny-xception': {
      const net = await load(spec.nets.ageGender);
      const { TinyXceptionEstimator } = await import('./tiny-xception.js');
      return new TinyXceptionEstimator(net, spec, imaging);
    }
    case 'mobilenet-v1': {
      const net = await load(spec.nets.ageGender);
      const { MobilenetV1Estimator } = await import('./mobilenet-v1.js');
      return new MobilenetV1Estimator(net, spec, imaging);
    }
    case 'levi-hassner': {
      const { nets } = spec;
      const [gender, age] = await Promise.all([load(nets.gender), load(nets.age)]);
      const { LeviHassnerEstimator } = await import('./levi-hassner.js');
      return await LeviHassnerEstimator.create({ gender, age }, spec, imaging);
    }
    case 'face-expression': {
      const net = await load(spec.nets.expression);
      const { FaceExpressionEstimator } = await import('./face-expression.js');
      return new FaceExpressionEstimator(net, spec, imaging);
    }
  }
}

async function buildCrop(
  spec: CropSpec,
  input: NetSpec,
  { imaging, load }: EstimatorOptions,
): Promise<FaceCrop> {
  if (spec.kind !== 'landmark-box') return faceCrop(spec, input);
  const net = await load(spec.landmarks);
  const { landmarkCrop } = await import('./landmark-crop.js');
  return landmarkCrop(imaging, net, spec, input);
}
