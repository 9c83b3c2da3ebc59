import { describe, expect, it } from 'vitest';
import type { Estimates } from '../../src/core/attributes.js';
import { buildEstimators } from '../../src/nets/build-estimators.js';
import { CroppedEstimator } from '../../src/nets/cropped-estimator.js';
import { CombinedEstimator } from '../../src/nets/estimators.js';
import { faceCrop } from '../../src/nets/face-crop.js';
import { LeviHassnerEstimator } from '../../src/nets/levi-hassner.js';
import { MobilenetV1Estimator } from '../../src/nets/mobilenet-v1.js';
import type { EstimatorOf, EstimatorSpec, NetSpec } from '../../src/packs/spec.js';
import type { AttributeEstimator, Blob, Net } from '../../src/ports.js';
import { AGE_GROUPS, EXPRESSIONS } from '../../src/types.js';
import { FakeImaging, blankRaster } from './fake-imaging.js';

const boxes = Array.from({ length: 3 }, (_, i) => ({ x1: i * 10, y1: 0, x2: i * 10 + 20, y2: 20 }));
const raster = blankRaster(100, 50);

/** Says the same of every face. */
const saying = (estimates: Estimates, faces = boxes.length): AttributeEstimator => ({
  estimate: () => Promise.resolve(Array.from({ length: faces }, () => estimates)),
});

describe('the estimators of a pack', () => {
  it('give what each gives, and by the rule what two give', async () => {
    const pack = new CombinedEstimator(
      [
        { estimator: saying({ male: 0.2, years: 40 }), gives: ['male', 'years'] },
        { estimator: saying({ male: 0.8, years: 20 }), gives: ['years'] },
      ],
      { years: { rule: 'weighted-mean', weights: [0.7, 0.3] } },
      {},
    );
    const estimates = await pack.estimate(raster, boxes);
    expect(estimates).toHaveLength(3);
    expect(estimates[2]?.male).toBe(0.2);
    expect(estimates[2]?.years).toBeCloseTo(34, 9);
  });

  it('never lose a face', async () => {
    const short = new CombinedEstimator([{ estimator: saying({ male: 1 }, 2), gives: ['male'] }], {}, {});
    await expect(short.estimate(raster, boxes)).rejects.toThrow('An estimator left out a face');
  });
});

const net: NetSpec = {
  format: 'caffe',
  weights: 'a',
  width: 8,
  height: 8,
  scale: 1,
  mean: [0, 0, 0],
  channelOrder: 'bgr',
};

const reversed = [...AGE_GROUPS].reverse();

type Classifiers = Omit<EstimatorOf<'levi-hassner'>, 'crop'> & { crop: Parameters<typeof faceCrop>[0] };

const classifiers: Classifiers = {
  family: 'levi-hassner',
  nets: { gender: net, age: net },
  genderLabels: ['Female', 'Male'],
  ageLabels: reversed,
  crop: { kind: 'box', padding: 0, fill: 'replicate' },
  batch: 2,
  gives: ['male', 'ageDistribution'],
};

/** Gives every face the same row. */
const constantNet = (row: readonly number[]): Net => ({
  forward: ({ shape: [count] }: Blob) =>
    Promise.resolve([Float32Array.from(Array.from({ length: count }, () => row).flat())]),
});

async function estimate(spec: Classifiers) {
  const imaging = new FakeImaging();
  const tools = { imaging, crop: faceCrop(spec.crop, net), batch: spec.batch, flip: false };
  const nets = { gender: constantNet([0.25, 0.75]), age: constantNet([0.5, 0.25, 0.25, 0, 0, 0, 0, 0]) };
  const estimator = await LeviHassnerEstimator.create(nets, spec, imaging);
  imaging.steps.length = 0;
  const cropped = new CroppedEstimator(tools, [{ estimator, gives: spec.gives }]);
  const estimates = await cropped.estimate(raster, boxes);
  expect(imaging.held).toBe(0);
  return { estimates, blobs: imaging.steps.filter((step) => 'blob' in step) };
}

describe('two classifiers', () => {
  it('give their probabilities in the order of the groups, whatever the order of their outputs', async () => {
    const { estimates } = await estimate(classifiers);
    expect(estimates).toHaveLength(3);
    expect(estimates[0]).toEqual({ male: 0.75, ageDistribution: [0, 0, 0, 0, 0, 0.25, 0.25, 0.5] });
  });

  it('share a blob where they take the same, and have one each where not', async () => {
    expect((await estimate(classifiers)).blobs).toHaveLength(2);
    const other = { ...classifiers, nets: { gender: net, age: { ...net, scale: 2 } } };
    expect((await estimate(other)).blobs).toHaveLength(4);
  });

  it('get faces on a black square where the manifest says so', async () => {
    const crop = { kind: 'box', padding: 0, fill: 'black-square' } as const;
    const { blobs } = await estimate({ ...classifiers, crop });
    expect(blobs[0]).toMatchObject({
      images: [
        [8, 8],
        [8, 8],
      ],
    });
  });
});

describe('--flip', () => {
  it('takes the mean of each face and its mirror image, and releases both', async () => {
    const imaging = new FakeImaging();
    const tools = { imaging, crop: faceCrop(classifiers.crop, net), batch: 2, flip: true };
    let call = 0;
    // The faces as they are, then mirrored, in batches of two.
    const gender: Net = {
      forward: ({ shape: [count] }: Blob) => {
        const male = call++ % 2 === 0 ? 0.9 : 0.5;
        return Promise.resolve([
          Float32Array.from(Array.from({ length: count }, () => [1 - male, male]).flat()),
        ]);
      },
    };
    const age = constantNet([1, 0, 0, 0, 0, 0, 0, 0]);
    const estimator = await LeviHassnerEstimator.create({ gender, age }, classifiers, imaging);
    const flipping = new CroppedEstimator(tools, [{ estimator, gives: classifiers.gives }]);
    call = 0;
    const estimates = await flipping.estimate(raster, boxes);
    expect(estimates.map(({ male }) => male?.toFixed(4))).toEqual(['0.7000', '0.7000', '0.7000']);
    expect(imaging.steps.filter((step) => 'flipped' in step)).toHaveLength(3);
    expect(imaging.held).toBe(0);
  });
});

describe("the human library's net", () => {
  it('gives the mean of its years, and leaves no crop behind', async () => {
    const imaging = new FakeImaging();
    const spec: EstimatorOf<'mobilenet-v1'> = {
      family: 'mobilenet-v1',
      nets: { ageGender: net },
      crop: { kind: 'square', padding: 0.2 },
      batch: 2,
      gives: ['male', 'years'],
    };
    const ages = Array.from({ length: 100 }, (_, year) => (year === 20 || year === 41 ? 0.5 : 0));
    const outputs = (count: number): readonly Float32Array[] => [
      new Float32Array(count).fill(0.75),
      Float32Array.from(Array.from({ length: count }, () => ages).flat()),
    ];
    const both: Net = { forward: ({ shape: [count] }: Blob) => Promise.resolve(outputs(count)) };
    const tools = { imaging, crop: faceCrop({ kind: 'square', padding: 0.2 }, net), batch: 2, flip: false };
    const cropped = (one: Net) =>
      new CroppedEstimator(tools, [
        { estimator: new MobilenetV1Estimator(one, spec, imaging), gives: spec.gives },
      ]);
    const estimates = await cropped(both).estimate(raster, boxes);
    expect(estimates).toEqual(boxes.map(() => ({ male: 0.75, years: 30.5 })));
    expect(imaging.held).toBe(0);
    const short: Net = { forward: () => Promise.resolve([Float32Array.of(0.5), Float32Array.from(ages)]) };
    await expect(cropped(short).estimate(raster, boxes)).rejects.toThrow('The net left out a face');
  });
});

describe('estimators that look at the same crops', () => {
  const crop = { kind: 'box', padding: 0, fill: 'black-square' } as const;
  const age: EstimatorOf<'tiny-xception'> = {
    family: 'tiny-xception',
    nets: { ageGender: { ...net, weights: 'age' } },
    genderLabels: ['Male', 'Female'],
    crop,
    batch: 2,
    gives: ['male', 'years'],
  };
  const expression: EstimatorOf<'face-expression'> = {
    family: 'face-expression',
    nets: { expression: { ...net, weights: 'expression' } },
    expressionLabels: [...EXPRESSIONS].reverse(),
    crop,
    batch: 2,
    gives: ['expressionDistribution'],
  };
  const rows = {
    age: [[30], [0.25, 0.75]],
    expression: [[0, 0, 0, 0, 0.125, 0.625, 0.25]],
  };
  /** Gives every face the same. */
  const load = ({ weights }: NetSpec): Promise<Net> =>
    Promise.resolve({
      forward: ({ shape: [count] }: Blob) =>
        Promise.resolve(
          rows[weights as keyof typeof rows].map((row) =>
            Float32Array.from(Array.from({ length: count }, () => row).flat()),
          ),
        ),
    });

  async function built(...specs: readonly EstimatorSpec[]) {
    const imaging = new FakeImaging();
    const estimators = await buildEstimators(specs, { imaging, flip: false, load });
    const pack = new CombinedEstimator(estimators, { years: { rule: 'weighted-mean', weights: [1, 1] } }, {});
    const estimates = await pack.estimate(raster, boxes);
    expect(imaging.held).toBe(0);
    return { estimates, cut: imaging.steps.filter((step) => 'crop' in step).length };
  }

  it('share them, and say each its own, whatever the order of their outputs', async () => {
    const { estimates, cut } = await built(age, expression);
    expect(cut).toBe(3);
    expect(estimates).toEqual(
      boxes.map(() => ({
        male: 0.25,
        years: 30,
        expressionDistribution: [0.25, 0.625, 0.125, 0, 0, 0, 0],
      })),
    );
  });

  it('have each its own where the manifest says another crop, or both say the same', async () => {
    expect((await built(age, { ...expression, crop: { ...crop, padding: 0.1 } })).cut).toBe(6);
    expect((await built(age, { ...age, gives: ['years'] })).cut).toBe(6);
  });
});
