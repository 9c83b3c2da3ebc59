import type { NetSpec } from '../packs/spec.js';
import type { BlobSpec, EngineImage, Imaging } from '../ports.js';
import type { Attributes, BoundingBox, Raster } from '../types.js';

/**
 * Estimates the faces of a picture a few at a time: a larger batch gains nothing and costs memory.
 * @param size faces in one call of `estimate`, at most.
 * @returns one entry per box, in order.
 */
export async function estimateInBatches(
  imaging: Imaging,
  raster: Raster,
  boxes: readonly BoundingBox[],
  size: number,
  estimate: (image: EngineImage, boxes: readonly BoundingBox[]) => Promise<readonly Attributes[]>,
): Promise<readonly Attributes[]> {
  if (boxes.length === 0) return [];
  const image = imaging.load(raster);
  try {
    const results: Attributes[] = [];
    for (let start = 0; start < boxes.length; start += size) {
      results.push(...(await estimate(image, boxes.slice(start, start + size))));
    }
    return results;
  } finally {
    image.release();
  }
}

/** The input blob that a net of the manifest wants. */
export function netBlobSpec({ width, height, scale, mean, channelOrder }: NetSpec): BlobSpec {
  return { width, height, scale, mean, bgr: channelOrder === 'bgr' };
}

/** True when two nets take the very same blob, which then needs to be made only once. */
export function sameBlob(a: NetSpec, b: NetSpec): boolean {
  return JSON.stringify(netBlobSpec(a)) === JSON.stringify(netBlobSpec(b));
}
