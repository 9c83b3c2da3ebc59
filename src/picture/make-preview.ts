import { createHash } from 'node:crypto';
import { FatalError, failureOf, ImageError } from '../errors.js';
import { messageOf } from '../core/thrown.js';
import type { FileWriter, PictureDecoder, PictureFiles, PreviewEncoder } from '../ports.js';
import type { ImageFailure, ImageReport, LaneTask, PreviewConfig, PreviewTask, Stage } from '../types.js';

/** Longest side of a thumbnail in pixels. */
const PREVIEW_SIDE = 160;

/** What previews are made with, loaded once for the life of a lane. */
export interface PreviewPorts {
  readonly files: PictureFiles;
  readonly writer: FileWriter;
  readonly decoder: PictureDecoder;
  readonly encoder: PreviewEncoder;
}

const NOTHING = { width: 0, height: 0, scale: 0, faces: [] } as const;

/**
 * Makes what a report shows of a picture: a thumbnail and, where asked, a copy of the file. The bytes must be those that
 * were tagged. A failure of the picture is part of the answer.
 *
 * @throws {FatalError} when the disk cannot take them.
 */
export async function makePreview(
  { source, preview }: LaneTask,
  ports: PreviewPorts,
  config: PreviewConfig,
): Promise<ImageReport> {
  let stage: Stage = 'discover';
  try {
    if (!preview) throw new Error('nothing was asked for');
    const bytes = await ports.files.read(source.path, config.maxBytes);
    requireTagged(bytes, preview);
    stage = 'decode';
    const { width, height, scale } = await write(bytes, preview, ports, config);
    return { width, height, scale, faces: [] };
  } catch (error) {
    return { ...NOTHING, failure: failure(error, stage) };
  }
}

/** @throws {ImageError} UNREADABLE. */
function requireTagged(bytes: Buffer, { sha256 }: PreviewTask): void {
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return;
  throw new ImageError('UNREADABLE', 'the picture has changed since it was tagged', 'discover');
}

/** What cannot be decoded is not copied either. */
async function write(
  bytes: Buffer,
  { thumbnail, copy }: PreviewTask,
  { decoder, encoder, writer }: PreviewPorts,
  limits: PreviewConfig,
): Promise<Pick<ImageReport, 'width' | 'height' | 'scale'>> {
  const picture = await decoder.decode(bytes, { ...limits, maxDim: PREVIEW_SIDE, thorough: false });
  if (thumbnail !== undefined) await writer.write(thumbnail, await encoder.encodePreview(picture.raster));
  if (copy !== undefined) await writer.write(copy, bytes);
  return picture;
}

function failure(error: unknown, stage: Stage): ImageFailure {
  if (error instanceof FatalError) throw error;
  if (error instanceof ImageError) return failureOf(error, stage);
  return { stage, code: 'CORRUPT', message: messageOf(error) };
}
