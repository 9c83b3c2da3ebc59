import { growBox, pixelBox } from '../core/box.js';
import { COPY_KINDS, copyFiles, copyFormat, type CopyDrawing, type CopyKind } from '../core/copies.js';
import { cropRaster } from '../core/crop-raster.js';
import type { FaceFacts, PictureFacts } from '../core/expression.js';
import { toFaceRecord } from '../core/report.js';
import type { CanvasFactory, CopyLimits, FileWriter, PictureCodec } from '../ports.js';
import type { CopyFailure, Face, FullPicture, ImageReport, Raster } from '../types.js';
import { imageFailure } from './image-failure.js';

export interface CopyPorts {
  readonly codec: PictureCodec;
  readonly canvases: CanvasFactory;
  readonly writer: FileWriter;
  /** Which faces are blurred; absent: every one. */
  readonly blurs?: ((picture: PictureFacts, face: FaceFacts) => boolean) | undefined;
}

/** What is drawn of one picture. */
export interface CopyWork extends Pick<ImageReport, 'faces' | 'warnings'> {
  /** The picture file. */
  readonly bytes: Buffer;
  /** Path below the base folder. */
  readonly image: string;
  readonly kinds: readonly CopyKind[];
}

/**
 * Draws the copies of a picture at its original size, upright, from one decode. What goes wrong with one of them is no
 * fault of the others.
 *
 * @returns the copies that could not be made.
 * @throws {FatalError} when the disk cannot take them.
 */
export async function drawCopies(
  work: CopyWork,
  ports: CopyPorts,
  limits: CopyLimits,
  drawing: CopyDrawing,
): Promise<CopyFailure[]> {
  const kinds = COPY_KINDS.filter((kind) => work.kinds.includes(kind));
  const failed = (error: unknown) => (copy: CopyKind) => ({ copy, ...imageFailure(error, 'annotate') });
  const picture = await ports.codec
    .decodeFull(work.bytes, limits, drawsTwice(kinds) ? 2 : 1)
    .catch((error: unknown) => kinds.map(failed(error)));
  if (Array.isArray(picture)) return picture;
  const failures: CopyFailure[] = [];
  for (const kind of kinds) {
    try {
      await DRAWERS[kind]({ ...work, ...picture, kinds }, ports, drawing);
    } catch (error) {
      failures.push(failed(error)(kind));
    }
  }
  return failures;
}

/** Whether two copies are drawn into pixels, so that the first one needs its own. */
const drawsTwice = (kinds: readonly CopyKind[]): boolean =>
  kinds.includes('blurred') && kinds.includes('annotated');

type Draw = (work: CopyWork & FullPicture, ports: CopyPorts, drawing: CopyDrawing) => Promise<void>;

const DRAWERS: Readonly<Record<CopyKind, Draw>> = {
  async crops({ raster, faces, image }, { codec, writer }, { crops }) {
    const files = copyFiles('crops', image, faces.length);
    for (const [index, { box }] of faces.entries()) {
      const file = files[index];
      if (file === undefined || !crops) continue;
      const wanted = pixelBox(growBox(box, crops.padding), raster.width, raster.height);
      await writer.write(file, await codec.encode(cropRaster(raster, wanted), 'jpeg', crops.size));
    }
  },

  async blurred(work, ports, { blurred }) {
    const { obscure } = await import('../core/obscure.js');
    const { raster } = work;
    const own = drawsTwice(work.kinds) ? { ...raster, data: Buffer.from(raster.data) } : raster;
    for (const { box } of facesToBlur(work, ports)) obscure(own, box, blurred?.style ?? 'blur');
    await writeWhole('blurred', own, work, ports);
  },

  async annotated(work, ports) {
    const { annotate } = await import('./annotate.js');
    annotate(work.raster, work.faces, ports.canvases);
    await writeWhole('annotated', work.raster, work, ports);
  },
};

function facesToBlur(
  { raster: { width, height }, faces, warnings }: CopyWork & FullPicture,
  { blurs }: CopyPorts,
): readonly Face[] {
  if (!blurs) return faces;
  const records = faces.map(toFaceRecord);
  const facts: PictureFacts = { status: 'ok', width, height, faces: records, ...(warnings && { warnings }) };
  return faces.filter((_, index) => {
    const record = records[index];
    return record !== undefined && blurs(facts, record);
  });
}

async function writeWhole(
  kind: 'annotated' | 'blurred',
  raster: Raster,
  { image, format }: CopyWork & FullPicture,
  { codec, writer }: CopyPorts,
): Promise<void> {
  const copy = await codec.encode(raster, copyFormat(kind, image, format));
  for (const file of copyFiles(kind, image, 0)) await writer.write(file, copy);
}
