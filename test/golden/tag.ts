import { readFile } from 'node:fs/promises';
import { createPictures } from '../../src/adapters/sharp.js';
import { clipBox } from '../../src/core/box.js';
import type { BuiltPack } from '../../src/nets/build.js';
import type { BoundingBox, Face } from '../../src/types.js';

/** The faces of one picture file; boxes in pixels of the original. */
export async function tagFile(file: string, pack: BuiltPack, maxDim: number): Promise<readonly Face[]> {
  const decoder = createPictures();
  const { raster, scale } = await decoder.decode(await readFile(file), { maxDim, maxPixels: 1e8 });
  const found = await pack.detector.detect(raster);
  const boxes = found.map(({ box }) => clipBox(box, raster.width, raster.height));
  const estimates = await pack.attributes.estimate(raster, boxes);
  return found.map(({ confidence }, index) => ({
    confidence,
    box: inOriginal(boxes[index]!, scale),
    attributes: estimates[index]!,
  }));
}

function inOriginal({ x1, y1, x2, y2 }: BoundingBox, scale: number): BoundingBox {
  return { x1: x1 / scale, y1: y1 / scale, x2: x2 / scale, y2: y2 / scale };
}
