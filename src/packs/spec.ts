import { z } from 'zod';
import { AGE_GROUPS, GENDERS } from '../types.js';

/**
 * The shape of `models/manifest.json` and of any `--manifest` file: one entry per model file, and per pack the nets
 * with everything that preprocessing and decoding need. Nothing about a net is hard-coded elsewhere.
 */

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a lower-case hex sha256');
const share = z.number().min(0).max(1);
const triple = z.tuple([z.number(), z.number(), z.number()]);

const fileSchema = z.strictObject({
  /** File name inside the pack's folder. */
  name: z.string().regex(/^[\w.-]+$/, 'a plain file name'),
  bytes: z.int().positive(),
  sha256,
  /** In order of preference. Empty for files that ship with facetag or are made at set-up. */
  urls: z.array(z.url()),
  licence: z.string(),
});

const netSchema = z.strictObject({
  format: z.enum(['onnx', 'caffe', 'tensorflow']),
  /** A name from `files`. */
  weights: z.string(),
  /** The text graph of a Caffe or TensorFlow net: a name from `files`, or `builtin:<path below models/>`. */
  definition: z.string().optional(),
  /** Input size in pixels. */
  width: z.int().positive(),
  height: z.int().positive(),
  /** Input value = (pixel - mean) * scale, channels and mean in `channelOrder`. */
  scale: z.number(),
  mean: triple,
  channelOrder: z.enum(['rgb', 'bgr']),
});

const detectorSchema = z.strictObject({
  family: z.enum(['ssd-mobilenetv1', 'res10-ssd']),
  net: netSchema,
  /** Default of `--min-confidence`. */
  minConfidence: share,
  /** Boxes that overlap more than this are one face. */
  nmsIou: share,
  /** A box with a smaller share of its area inside the picture is dropped, before clipping. */
  minInside: share,
});

/** One net that gives years and gender from a square crop. */
const regressionSchema = z.strictObject({
  family: z.literal('tiny-xception'),
  net: netSchema,
  /** Labels of the gender output, in order. */
  genderLabels: z.array(z.enum(GENDERS)).length(GENDERS.length),
  padding: z.number().min(0),
  /** Faces in one forward call, at most. */
  batch: z.int().positive(),
});

/** Two classifiers over the same kind of crop. */
const classificationSchema = z.strictObject({
  family: z.literal('levi-hassner'),
  gender: netSchema,
  genderLabels: z.array(z.enum(GENDERS)).length(GENDERS.length),
  age: netSchema,
  ageLabels: z.array(z.enum(AGE_GROUPS)).length(AGE_GROUPS.length),
  padding: z.number().min(0),
  batch: z.int().positive(),
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
  attributes: z.discriminatedUnion('family', [regressionSchema, classificationSchema]),
});

export const manifestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  packs: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'a lower-case pack name'), packSchema),
});

export type ModelFile = z.infer<typeof fileSchema>;
export type NetSpec = z.infer<typeof netSchema>;
export type DetectorSpec = z.infer<typeof detectorSchema>;
export type RegressionSpec = z.infer<typeof regressionSchema>;
export type ClassificationSpec = z.infer<typeof classificationSchema>;
export type PackSpec = z.infer<typeof packSchema>;
export type Manifest = z.infer<typeof manifestSchema>;
