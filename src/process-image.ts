import { createHash } from 'node:crypto';
import { messageOf } from './core/thrown.js';
import { FatalError, ImageError } from './errors.js';
import { annotateImage } from './stages/annotate.js';
import { estimateAttributes } from './stages/attributes.js';
import { detectFaces } from './stages/detect.js';
import type {
  AttributeEstimator,
  CanvasFactory,
  FaceDetector,
  FileWriter,
  PictureCodec,
  PictureDecoder,
  PictureFiles,
} from './ports.js';
import type {
  DecodedPicture,
  Face,
  FailureCode,
  ImageReport,
  LaneConfig,
  LaneTask,
  SourceIdentity,
  Stage,
} from './types.js';

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
