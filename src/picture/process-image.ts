import { createHash } from 'node:crypto';
import { clipBox } from '../core/box.js';
import { toAttributes } from '../core/estimates.js';
import { presentFaces } from '../core/report.js';
import { messageOf } from '../core/thrown.js';
import { FatalError, failureOf, ImageError } from '../errors.js';
import type {
  AttributeEstimator,
  CanvasFactory,
  FaceDetector,
  FileWriter,
  PictureCodec,
  PictureDecoder,
  PictureFiles,
} from '../ports.js';
import type {
  BoundingBox,
  DecodedPicture,
  Detection,
  Face,
  ImageFailure,
  ImageReport,
  LaneConfig,
  LaneTask,
  SourceIdentity,
  Stage,
} from '../types.js';
import { annotateImage } from './annotate.js';

/** Everything one picture needs, loaded once for the life of a lane. */
export interface ImagePorts {
  readonly files: PictureFiles;
  readonly writer: FileWriter;
  readonly decoder: PictureDecoder;
  readonly codec: PictureCodec;
  readonly canvases: CanvasFactory;
  readonly detector: FaceDetector;
  readonly attributes: AttributeEstimator;
}

export type ImageSettings = Pick<
  LaneConfig,
  'maxDim' | 'maxPixels' | 'thorough' | 'maxBytes' | 'maxMemory' | 'minFace'
>;

/**
 * Takes one picture through the stages: read, decode, detect, attributes, annotate. A failure of the picture, or of its
 * copy alone, is part of the report; only a fault that concerns the whole run is thrown.
 *
 * @throws {FatalError} when the disk cannot take the annotated copy.
 */
export async function processImage(
  task: LaneTask,
  ports: ImagePorts,
  settings: ImageSettings,
): Promise<ImageReport> {
  const reached: Reached = { stage: 'discover', size: NOT_DECODED };
  try {
    const bytes = await ports.files.read(task.source.path, settings.maxBytes);
    reached.source = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
    const faces = task.redraw ?? (await findFaces(bytes, ports, settings, reached));
    const copyFailure = await drawCopy(bytes, faces, task, ports, settings);
    return { ...reached.size, faces, source: reached.source, ...(copyFailure && { copyFailure }) };
  } catch (error) {
    const { stage, size, source } = reached;
    return { ...size, faces: [], ...(source && { source }), failure: imageFailure(error, stage) };
  }
}

const NOT_DECODED = { width: 0, height: 0, scale: 0 } as const;

/** How far a picture has come, and what is known of it by then. */
interface Reached {
  stage: Stage;
  /** Of the picture as decoded. */
  size: Pick<ImageReport, 'width' | 'height' | 'orientation' | 'scale' | 'warnings'>;
  source?: SourceIdentity;
}

/** @returns boxes in whole pixels of the original, sorted. */
async function findFaces(
  bytes: Buffer,
  { decoder, detector, attributes }: ImagePorts,
  settings: ImageSettings,
  reached: Reached,
): Promise<Face[]> {
  reached.stage = 'decode';
  const picture = await decoder.decode(bytes, settings);
  const { width, height, orientation, scale, warnings } = picture;
  reached.size = { width, height, orientation, scale, ...(warnings && { warnings }) };
  reached.stage = 'detect';
  const detections = await detectFaces(picture, detector, settings.minFace);
  reached.stage = 'attributes';
  return await estimateAttributes(picture, detections, attributes);
}

/** Draws the annotated copy where one is wanted. @returns why it could not be made. */
async function drawCopy(
  bytes: Buffer,
  faces: readonly Face[],
  { annotatedPath }: LaneTask,
  { codec, canvases, writer }: ImagePorts,
  settings: ImageSettings,
): Promise<ImageFailure | undefined> {
  if (annotatedPath === undefined) return undefined;
  try {
    await writer.write(annotatedPath, await annotateImage(bytes, faces, codec, canvases, settings));
    return undefined;
  } catch (error) {
    return imageFailure(error, 'annotate');
  }
}

/** @throws {FatalError} as it came: that is no picture's failure. */
function imageFailure(error: unknown, stage: Stage): ImageFailure {
  if (error instanceof FatalError) throw error;
  if (error instanceof ImageError) return failureOf(error, stage);
  // A decoder that chokes on bytes it should have refused, against a fault of ours or of the native code.
  return { stage, code: stage === 'decode' ? 'CORRUPT' : 'CRASHED', message: messageOf(error) };
}

/**
 * Finds the faces of a picture.
 *
 * @param minFace faces with a shorter side below this many pixels of the original are dropped.
 * @returns boxes in raster pixels, clipped to the raster.
 */
async function detectFaces(
  { raster, width }: DecodedPicture,
  detector: FaceDetector,
  minFace: number,
): Promise<Detection[]> {
  const toOriginal = width / raster.width;
  return (await detector.detect(raster))
    .map(({ box, confidence }) => ({ box: clipBox(box, raster.width, raster.height), confidence }))
    .filter(({ box }) => shorterSide(box) * toOriginal >= minFace);
}

const shorterSide = (box: BoundingBox): number => Math.min(box.x2 - box.x1, box.y2 - box.y1);

/**
 * Gives each detected face its gender and age and brings the faces into the form that every output shows.
 *
 * @param detections boxes in raster pixels, clipped to the raster.
 * @returns boxes in whole pixels of the original, sorted.
 * @throws {Error} when the nets leave out a face, or say nothing that could be said of one.
 */
async function estimateAttributes(
  picture: DecodedPicture,
  detections: readonly Detection[],
  estimator: AttributeEstimator,
): Promise<Face[]> {
  if (detections.length === 0) return [];
  const boxes = detections.map(({ box }) => box);
  const estimates = await estimator.estimate(picture.raster, boxes);
  const faces = detections.map(({ box, confidence }, index) => {
    const estimate = estimates[index];
    if (!estimate) throw new RangeError(`${estimates.length} estimates for ${boxes.length} faces`);
    return { box: toOriginal(box, picture), confidence, attributes: toAttributes(estimate) };
  });
  return presentFaces(faces, picture.width, picture.height);
}

/** From raster pixels to pixels of the original; each axis has its own ratio, for the raster's sides are rounded. */
function toOriginal(box: BoundingBox, { raster, width, height }: DecodedPicture): BoundingBox {
  const x = width / raster.width;
  const y = height / raster.height;
  return { x1: box.x1 * x, y1: box.y1 * y, x2: box.x2 * x, y2: box.y2 * y };
}
