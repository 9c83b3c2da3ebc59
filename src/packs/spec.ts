import { z } from 'zod';
import { ESTIMATE_NAMES, type EstimateName } from '../core/attributes.js';
import { AGE_GROUPS, EXPRESSIONS, GENDERS, type NetFormat } from '../types.js';

/**
 * The shape of `models/manifest.json` and of any `--manifest` file: one entry per model file, and per pack the nets
 * with everything that preprocessing and decoding need. Nothing about a net is hard-coded elsewhere.
 */

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a lower-case hex sha256');
const share = z.number().min(0).max(1);
const triple = z.tuple([z.number(), z.number(), z.number()]);

/** Every member of a closed set, in an order of its own. */
const orderOf = <const L extends readonly string[]>(labels: L) =>
  z
    .array(z.enum(labels))
    .length(labels.length)
    .refine((given) => new Set(given).size === labels.length, 'each label once');

const fileSchema = z.strictObject({
  /** File name inside the pack's folder. */
  name: z.string().regex(/^[\w.-]+$/, 'a plain file name'),
  bytes: z.int().positive(),
  sha256,
  /** In order of preference. Empty for files that ship with facetag or are made at set-up. */
  urls: z.array(z.url()),
  /**
   * sha256 of the file that was here before, whose answers this one gives to the last bit on every engine: it goes on
   * standing for both in the skip key, so that nothing is tagged once more.
   */
  countsAs: sha256.optional(),
  /** The embedded pack that has this file, for a pulled pack that uses it too: it is read there. */
  from: z.string().optional(),
  licence: z.string(),
});

const netSchema = z.strictObject({
  format: z.enum(['onnx', 'caffe', 'tensorflow', 'tfjs'] satisfies NetFormat[]),
  /** A name from `files`. */
  weights: z.string(),
  /**
   * The text graph of a Caffe or TensorFlow net, or the model file of a TFJS one: a name from `files`, or
   * `builtin:<path below models/>`.
   */
  definition: z.string().optional(),
  /** Input size in pixels. */
  width: z.int().positive(),
  height: z.int().positive(),
  /** Input value = (pixel - mean) * scale, channels and mean in `channelOrder`. */
  scale: z.number(),
  mean: triple,
  channelOrder: z.enum(['rgb', 'bgr']),
  /** What `weights` must become as ONNX; only known for nets that every engine needs as ONNX. */
  converted: z.strictObject({ bytes: z.int().positive(), sha256 }).optional(),
});

const detectorSchema = z.strictObject({
  family: z.enum(['ssd-mobilenetv1', 'res10-ssd', 'yunet']),
  net: netSchema,
  /** Default of `--min-confidence`. */
  minConfidence: share,
  /** Boxes that overlap more than this are one face. */
  nmsIou: share,
  /** A box with a smaller share of its area inside the picture is dropped, before clipping. */
  minInside: share,
});

/** What is added to the box on each side, as a share of its width and height: the default of `--padding`. */
const padding = z.number().min(0);

/** What goes into the nets of an estimator. Each recipe has its own `kind` and numbers. */
const cropSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    /** The detector's box. */
    kind: z.literal('box'),
    padding,
    /**
     * `black-square`: clipped to the picture, scaled to fit the net's input and centred between black bars.
     * `replicate`: what leaves the picture repeats its edge; stretched to the net's input.
     */
    fill: z.enum(['black-square', 'replicate']),
  }),
  z.strictObject({
    /**
     * The smallest box of the face's 68 landmarks, which a net finds in the detector's box on a black square; put on a
     * black square as well.
     */
    kind: z.literal('landmark-box'),
    padding,
    landmarks: netSchema,
  }),
  z.strictObject({
    /** The square over the longer side of the detector's box: clipped to the picture, stretched to the net's input. */
    kind: z.literal('square'),
    padding,
  }),
]);

/** What every estimator has, beside its `family`, its `nets` and the labels of their outputs. */
const estimator = <const N extends readonly EstimateName[]>(...gives: N) => ({
  crop: cropSchema,
  /** Faces in one forward call, at most. */
  batch: z.int().positive(),
  /** Which of its estimates count. */
  gives: z.array(z.enum(gives)).min(1),
});

const estimatorSchema = z.discriminatedUnion('family', [
  /** One net with an output for years and one for gender. */
  z.strictObject({
    family: z.literal('tiny-xception'),
    nets: z.strictObject({ ageGender: netSchema }),
    genderLabels: orderOf(GENDERS),
    ...estimator('male', 'years'),
  }),
  /** One net with a sigmoid for male and a softmax over the years 0 to 99. */
  z.strictObject({
    family: z.literal('mobilenet-v1'),
    nets: z.strictObject({ ageGender: netSchema }),
    ...estimator('male', 'years'),
  }),
  /** Two classifiers over the same crop. */
  z.strictObject({
    family: z.literal('levi-hassner'),
    nets: z.strictObject({ gender: netSchema, age: netSchema }),
    genderLabels: orderOf(GENDERS),
    ageLabels: orderOf(AGE_GROUPS),
    ...estimator('male', 'ageDistribution'),
  }),
  /** One net with a softmax over expressions. */
  z.strictObject({
    family: z.literal('face-expression'),
    nets: z.strictObject({ expression: netSchema }),
    expressionLabels: orderOf(EXPRESSIONS),
    ...estimator('expressionDistribution'),
  }),
]);

/** What makes the probabilities of a pack true: measured, see docs/accuracy.md. */
const calibrationSchema = z.strictObject({
  /** Male probabilities p become sigmoid(logit(p) / temperature). */
  genderTemperature: z.number().positive().optional(),
  /** The same where faces are judged mirrored as well (`--flip`); the plain one where it is absent. */
  flippedGenderTemperature: z.number().positive().optional(),
  /** Standard deviation of the true age about the years that nets give: `base + perYear * years`. */
  yearsSpread: z.strictObject({ base: z.number().positive(), perYear: z.number().min(0) }).optional(),
});

/** How an estimate that several estimators give is made one. */
const combineRule = z.strictObject({
  rule: z.literal('weighted-mean'),
  /** One for each estimator that gives it, in their order; they need not add up to 1. */
  weights: z.array(z.number().positive()),
});

const packSchema = z.strictObject({
  description: z.string(),
  licence: z.string(),
  /** `embedded` packs are made at set-up and live in the package; `pulled` ones are fetched by `models pull`. */
  origin: z.enum(['embedded', 'pulled']),
  files: z.array(fileSchema).min(1),
  /** Detectors to choose from with `--detector`. */
  detectors: z.record(z.string(), detectorSchema),
  defaultDetector: z.string(),
  /** What tells gender, age and more of a face, in the order in which they run; a run has those that it was asked for. */
  estimators: z.array(estimatorSchema).min(1),
  /** A rule for each estimate that more than one of them gives. */
  combine: z.partialRecord(z.enum(ESTIMATE_NAMES), combineRule).optional(),
  /** Applied to what the estimators give together. */
  calibration: calibrationSchema.optional(),
});

const MANIFEST_VERSION = 2;

export const manifestSchema = z.strictObject({
  schemaVersion: z.literal(MANIFEST_VERSION),
  packs: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'a lower-case pack name'), packSchema),
});

export type ModelFile = z.infer<typeof fileSchema>;
export type NetSpec = z.infer<typeof netSchema>;
export type DetectorSpec = z.infer<typeof detectorSchema>;
export type CropSpec = z.infer<typeof cropSchema>;
export type EstimatorSpec = z.infer<typeof estimatorSchema>;
export type EstimatorOf<F extends EstimatorSpec['family']> = Extract<EstimatorSpec, { family: F }>;
export type PackSpec = z.infer<typeof packSchema>;
export type Manifest = z.infer<typeof manifestSchema>;
