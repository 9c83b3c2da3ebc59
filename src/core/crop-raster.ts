import type { BoundingBox, Raster } from '../types.js';

/** The pixels inside a box of whole pixels, which lies in the raster. */
export function cropRaster({ data, width }: Raster, { x1, y1, x2, y2 }: BoundingBox): Raster {
  const cropped = Buffer.allocUnsafe((x2 - x1) * (y2 - y1) * 3);
  for (let y = y1; y < y2; y++) {
    data.copy(cropped, (y - y1) * (x2 - x1) * 3, (y * width + x1) * 3, (y * width + x2) * 3);
  }
  return { data: cropped, width: x2 - x1, height: y2 - y1 };
}
