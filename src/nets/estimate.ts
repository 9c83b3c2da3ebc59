import type { Estimates } from '../core/attributes.js';
import { meanEstimates } from '../core/estimates.js';
import type { NetSpec } from '../packs/spec.js';
import type { Blob, EngineImage, Imaging } from '../ports.js';
import type { BoundingBox, Raster } from '../types.js';
import { cutAll, type FaceCrop } from './face-crop.js';
import { netBlobSpec } from './net-input.js';

/** What an estimator needs beside its nets. */
export interface EstimatorTools {
  readonly imaging: Imaging;
  readonly crop: FaceCrop;
  /** Faces in one forward call, at most. */
  readonly batch: number;
  /** Whether each face is judged as it is and mirrored, and the mean of both is taken. */
  readonly flip: boolean;
}

/**
 * Estimates the faces of a picture a few at a time: a larger batch gains nothing and costs memory.
 * @param estimate takes the crops of one batch, which are released afterwards.
 * @returns one entry per box, in order.
 */
export async function estimateInBatches(
  { imaging, crop, batch, flip }: EstimatorTools,
  raster: Raster,
  boxes: readonly BoundingBox[],
  estimate: (faces: readonly EngineImage[]) => Promise<readonly Estimates[]>,
): Promise<readonly Estimates[]> {
  if (boxes.length === 0) return [];
  const image = imaging.load(raster);
  try {
    const results: Estimates[] = [];
    for (let start = 0; start < boxes.length; start += batch) {
      const faces = await crop(image, boxes.slice(start, start + batch));
      try {
        const estimates = await estimate(faces);
        results.push(...(flip ? await withFlipped(faces, estimates, estimate) : estimates));
      } finally {
        for (const face of faces) face.release();
      }
    }
    return results;
  } finally {
    image.release();
  }
}

/** @returns the mean of what is estimated of each face and of its mirror image. */
async function withFlipped(
  faces: readonly EngineImage[],
  estimates: readonly Estimates[],
  estimate: (faces: readonly EngineImage[]) => Promise<readonly Estimates[]>,
): Promise<readonly Estimates[]> {
  const flipped = cutAll(faces, (face) => face.flip());
  try {
    const others = await estimate(flipped);
    return estimates.map((each, face) => meanEstimates([each, others[face] ?? {}]));
  } finally {
    for (const face of flipped) face.release();
  }
}

/** Makes the blob that a net wants of faces, and releases it after its use. */
export async function withBlob<T>(
  imaging: Imaging,
  faces: readonly EngineImage[],
  net: NetSpec,
  use: (blob: Blob) => Promise<T>,
): Promise<T> {
  const blob = imaging.blob(faces, netBlobSpec(net));
  try {
    return await use(blob);
  } finally {
    blob.release();
  }
}

/**
 * What an output says of one face.
 * @param width values a face.
 * @throws {Error} when the net left the face out.
 */
export function rowOf(values: Float32Array | undefined, row: number, width: number): Float32Array {
  const found = values?.subarray(row * width, (row + 1) * width);
  if (found?.length !== width) throw new Error('The net left out a face');
  return found;
}
