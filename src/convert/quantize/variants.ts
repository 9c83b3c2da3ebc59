import type { DecodedPicture, Raster } from '../../types.js';
import type { DecodeLimits, PictureDecoder } from '../../ports.js';
import type { Variant } from './samples.js';

/** Light that is left in a dark picture, and dark in a light one. */
const DIMMED = 0.6;

/** Decodes pictures and changes them: other light, other sides, other sizes are other inputs to a net. */
export function variantDecoder(decoder: PictureDecoder, variant: Variant): PictureDecoder {
  return {
    async decode(bytes, limits) {
      const picture = await decoder.decode(bytes, limitsOf(limits, variant));
      return { ...picture, raster: changed(picture, variant) };
    },
  };
}

function limitsOf(limits: DecodeLimits, variant: Variant): DecodeLimits {
  return variant === 'smaller' ? { ...limits, maxDim: Math.ceil(limits.maxDim / 2) } : limits;
}

function changed({ raster }: DecodedPicture, variant: Variant): Raster {
  switch (variant) {
    case 'plain':
    case 'smaller':
      return raster;
    case 'mirrored':
      return mirrored(raster);
    case 'darker':
      return { ...raster, data: raster.data.map((value) => value * DIMMED) as Buffer };
    case 'lighter':
      return { ...raster, data: raster.data.map((value) => 255 - (255 - value) * DIMMED) as Buffer };
  }
}

function mirrored({ data, width, height }: Raster): Raster {
  const turned = Buffer.allocUnsafe(data.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      data.copy(turned, (y * width + width - 1 - x) * 3, (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
  return { data: turned, width, height };
}
