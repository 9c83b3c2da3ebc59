import { createHash } from 'node:crypto';
import { clipBox } from '../core/box.js';
import { presentFaces } from '../core/report.js';
import { messageOf } from '../core/thrown.js';
import { FatalError, ImageError } from '../errors.js';
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
  FailureCode,
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

export type ImageSettings = Pick<LaneConfig, 'maxDim' | 'maxPixels' | 'minFace'>;

/**
 * Takes one picture through the stages: read, decode, detect, attributes, annotate. A failure of the picture is part
 * of the report; only a fault that concerns the whole run is thrown.
 *
 * @throws {FatalError} when the disk cannot take the annotated copy.
 */
export async function processImage(
  task: LaneTask,
  ports: ImagePorts,
  settings: ImageSettings,
): Promise<ImageReport> {
  const progress: Progress = { stage: 'discover' };
  try {
    const bytes = await ports.files.read(task.source.path);
    progress.source = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };

    progress.stage = 'decode';
    const picture = task.redraw ? undefined : await ports.decoder.decode(bytes, settings);
    progress.picture = picture;

    const faces = task.redraw ?? (picture ? await findFaces(picture, ports, settings, progress) : []);

    progress.stage = 'annotate';
    if (task.annotatedPath !== undefined) {
      const copy = await annotateImage(bytes, faces, ports.codec, ports.canvases, settings);
      await ports.writer.write(task.annotatedPath, copy);
    }
    return { ...sizeOf(picture), faces, source: progress.source };
  } catch (error) {
    return failedReport(error, progress);
  }
}

interface Progress {
  stage: Stage;
  source?: SourceIdentity;
  picture?: DecodedPicture | undefined;
}

async function findFaces(
  picture: DecodedPicture,
  { detector, attributes }: ImagePorts,
  { minFace }: ImageSettings,
  progress: Progress,
): Promise<Face[]> {
  progress.stage = 'detect';
  const detections = await detectFaces(picture, detector, minFace);
  progress.stage = 'attributes';
  return await estimateAttributes(picture, detections, attributes);
}

function sizeOf(picture: DecodedPicture | undefined): Pick<ImageReport, 'width' | 'height' | 'scale'> {
  return picture
    ? { width: picture.width, height: picture.height, scale: picture.scale }
    : { width: 0, height: 0, scale: 0 };
}

function failedReport(error: unknown, { stage, source, picture }: Progress): ImageReport {
  if (error instanceof FatalError) throw error;
  const failure =
    error instanceof ImageError
      ? { stage: error.stage ?? stage, code: error.code, message: error.message }
      : {
          stage,
          code: unexpectedCode(stage),
          message: messageOf(error),
        };
  return { ...sizeOf(picture), faces: [], ...(source && { source }), failure };
}

/** A decoder that chokes on bytes it should have refused, against a fault of ours or of the native code. */
function unexpectedCode(stage: Stage): FailureCode {
  return stage === 'decode' ? 'CORRUPT' : 'CRASHED';
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
 */
async function estimateAttributes(
  picture: DecodedPicture,
  detections: readonly Detection[],
  estimator: AttributeEstimator,
): Promise<Face[]> {
  if (detections.length === 0) return [];
  const boxes = detections.map(({ box }) => box);
  const estimates = await estimator.estimate(picture.raster, boxes);
  const faces = detections.flatMap(({ box, confidence }, index) => {
    const attributes = estimates[index];
    return attributes ? [{ box: toOriginal(box, picture), confidence, attributes }] : [];
  });
  return presentFaces(faces, picture.width, picture.height);
}

/** From raster pixels to pixels of the original; each axis has its own ratio, for the raster's sides are rounded. */
function toOriginal(box: BoundingBox, { raster, width, height }: DecodedPicture): BoundingBox {
  const x = width / raster.width;
  const y = height / raster.height;
  return { x1: box.x1 * x, y1: box.y1 * y, x2: box.x2 * x, y2: box.y2 * y };
}
