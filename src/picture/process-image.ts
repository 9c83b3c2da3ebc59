import { createHash } from 'node:crypto';
import { clipBox } from '../core/box.js';
import { presentFaces } from '../core/report.js';
import type { AttributeEstimator, FaceDetector, PictureDecoder, PictureFiles } from '../ports.js';
import type {
  BoundingBox,
  CopyFailure,
  DecodedPicture,
  Detection,
  Face,
  ImageReport,
  LaneConfig,
  LaneTask,
  Raster,
  SourceIdentity,
  Stage,
} from '../types.js';
import type { CopyPorts } from './draw-copies.js';
import { estimateAttributes } from './estimate-attributes.js';
import type { View } from './find-upright.js';
import { imageFailure } from './image-failure.js';

/** Everything one picture needs, loaded once for the life of a lane. */
export interface ImagePorts extends CopyPorts {
  readonly files: PictureFiles;
  readonly decoder: PictureDecoder;
  readonly detector: FaceDetector;
  readonly attributes: AttributeEstimator;
}

export type ImageSettings = Pick<
  LaneConfig,
  'maxDim' | 'maxPixels' | 'thorough' | 'maxBytes' | 'maxMemory' | 'minFace' | 'turned' | 'copies'
>;

/**
 * Takes one picture through the stages: read, decode, detect, attributes, draw copies. A failure of the picture, or of
 * a copy alone, is part of the report; only a fault that concerns the whole run is thrown.
 *
 * @throws {FatalError} when the disk cannot take a copy.
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
    const faces = task.redraw?.faces ?? (await findFaces(bytes, ports, settings, reached));
    const { warnings } = task.redraw ?? reached.size;
    const copyFailures = await drawn(bytes, { faces, ...(warnings && { warnings }) }, task, ports, settings);
    const failed = copyFailures.length > 0 && { copyFailures };
    return { ...reached.size, faces, source: reached.source, ...failed };
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
  const view = await lookAt(picture, detector, settings);
  if (view.warning !== undefined) {
    reached.size = { ...reached.size, warnings: [...(warnings ?? []), view.warning] };
  }
  reached.stage = 'attributes';
  const sharper = async (maxDim: number): Promise<Raster> =>
    view.turn((await decoder.decode(bytes, { ...settings, maxDim })).raster);
  const faces = await estimateAttributes(
    { raster: view.raster, sharper, longestSide: Math.max(width, height) },
    view.detections,
    attributes,
  );
  const placed = faces.map((face) => ({ ...face, box: toOriginal(view.asSeen(face.box), picture) }));
  return presentFaces(placed, width, height);
}

/** Finds the faces of a picture as it is, or as its faces stand upright. */
async function lookAt(
  picture: DecodedPicture,
  detector: FaceDetector,
  { turned, minFace }: ImageSettings,
): Promise<View> {
  const { raster } = picture;
  const detect = (view: Raster) => detectFaces(view, detector, picture, minFace);
  if (turned) return await (await import('./find-upright.js')).findUpright(raster, detect);
  return { raster, detections: await detect(raster), turn: (other) => other, asSeen: (box) => box };
}

/** @returns the copies that were wanted and could not be made. */
async function drawn(
  bytes: Buffer,
  { faces, warnings }: Pick<ImageReport, 'faces' | 'warnings'>,
  { copies = [], source }: LaneTask,
  ports: ImagePorts,
  settings: ImageSettings,
): Promise<readonly CopyFailure[]> {
  if (copies.length === 0) return [];
  const { drawCopies } = await import('./draw-copies.js');
  const work = { bytes, image: source.relativePath, kinds: copies, faces, ...(warnings && { warnings }) };
  return await drawCopies(work, ports, settings, settings.copies?.drawing ?? {});
}

/**
 * Finds the faces of a picture.
 *
 * @param raster the picture's, turned or not.
 * @param minFace faces with a shorter side below this many pixels of the original are dropped.
 * @returns boxes in raster pixels, clipped to the raster.
 */
async function detectFaces(
  raster: Raster,
  detector: FaceDetector,
  { scale }: DecodedPicture,
  minFace: number,
): Promise<Detection[]> {
  return (await detector.detect(raster))
    .map(({ box, confidence }) => ({ box: clipBox(box, raster.width, raster.height), confidence }))
    .filter(({ box }) => shorterSide(box) >= minFace * scale);
}

const shorterSide = (box: BoundingBox): number => Math.min(box.x2 - box.x1, box.y2 - box.y1);

/** From raster pixels to pixels of the original; each axis has its own ratio, for the raster's sides are rounded. */
function toOriginal(box: BoundingBox, { raster, width, height }: DecodedPicture): BoundingBox {
  const x = width / raster.width;
  const y = height / raster.height;
  return { x1: box.x1 * x, y1: box.y1 * y, x2: box.x2 * x, y2: box.y2 * y };
}
