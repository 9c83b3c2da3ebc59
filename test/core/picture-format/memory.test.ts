import { describe, expect, it } from 'vitest';
import {
  estimateCopyBytes,
  estimateDecodeBytes,
  type PixelLayout,
} from '../../../src/core/picture-format/memory.js';

const layout = (over: Partial<PixelLayout>): PixelLayout => ({
  format: 'jpeg',
  width: 4096,
  height: 4096,
  channels: 3,
  sampleBytes: 1,
  interlaced: false,
  blockBytes: 0,
  orientation: 1,
  ...over,
});
const MB = 1e6;

/** Peaks that were measured, in megabytes: 4096 x 4096 pixels of one colour, sharp 0.35.5 with libvips 8.18. */
const MEASURED: readonly (readonly [string, Partial<PixelLayout>, number, number])[] = [
  ['a JPEG of one scan', {}, 8, 63],
  ['a progressive JPEG', { interlaced: true, chromaSubsampling: '4:2:0' }, 58, 110],
  ['a progressive JPEG without subsampling', { interlaced: true, chromaSubsampling: '4:4:4' }, 108, 160],
  ['a progressive CMYK JPEG', { interlaced: true, channels: 4, chromaSubsampling: '4:4:4:4' }, 146, 201],
  ['a turned JPEG', { orientation: 6 }, 9, 109],
  ['a PNG', { format: 'png' }, 28, 59],
  ['a deep PNG', { format: 'png', channels: 4, sampleBytes: 2 }, 59, 74],
  ['an interlaced PNG', { format: 'png', interlaced: true }, 72, 103],
  ['a deep interlaced PNG', { format: 'png', channels: 4, sampleBytes: 2, interlaced: true }, 175, 190],
  ['a TIFF of one tile', { format: 'tiff', blockBytes: 3 * 4096 * 4096 }, 72, 103],
  ['a TIFF of strips', { format: 'tiff' }, 28, 59],
  ['a WebP', { format: 'webp' }, 12, 177],
  ['a GIF', { format: 'gif' }, 98, 225],
  ['an AVIF', { format: 'avif' }, 313, 407],
  // Photos take less: 203 and 210 MB of one of 12 megapixels.
  ['a HEIC', { format: 'heic' }, 302, 335],
  ['a deep AVIF', { format: 'avif', sampleBytes: 2 }, 423, 415],
];

describe('the estimate of what a picture takes', () => {
  it.each(MEASURED)('is no less than was measured for %s, and not wild', (_, over, decoding, copying) => {
    const [decode, copy] = [estimateDecodeBytes(layout(over)), estimateCopyBytes(layout(over))];
    expect(decode).toBeGreaterThan(decoding * MB);
    expect(copy).toBeGreaterThan(copying * MB);
    expect(decode).toBeLessThan(decoding * MB * 1.6 + 60 * MB);
    expect(copy).toBeLessThan(copying * MB * 1.6 + 60 * MB);
  });

  it('grows with the width of a line where lines are all that is held', () => {
    const wide = layout({ format: 'png', width: 65_535, height: 1500, channels: 4, sampleBytes: 2 });
    const tall = layout({ format: 'png', width: 1500, height: 65_535, channels: 4, sampleBytes: 2 });
    expect(estimateDecodeBytes(wide)).toBeGreaterThan(427 * MB);
    expect(estimateDecodeBytes(tall)).toBeLessThan(40 * MB);
  });

  it('counts what a TIFF takes whose samples are held whole, and a copy of its file', () => {
    const layout = {
      format: 'tiff',
      width: 1000,
      height: 1000,
      channels: 5,
      sampleBytes: 1,
      interlaced: false,
      blockBytes: 0,
      orientation: 1,
    } as const;
    const more = { ...layout, heldWhole: true, copiedBytes: 5e6 };
    expect(estimateDecodeBytes(more) - estimateDecodeBytes(layout)).toBe(16e6 + 5e6);
  });
});
