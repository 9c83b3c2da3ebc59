import type { YcbcrScale } from './tiff-kind.js';

/** 8-bit samples, interleaved: red, green and blue (or Y, Cb and Cr) and whatever else the file has. */
export interface Samples {
  readonly data: Buffer;
  readonly channels: number;
}

/** The first channels of planes of one size, as one. */
export function interleaved(planes: readonly Samples[]): Samples {
  const count = planes.length;
  const [first] = planes;
  const data = Buffer.alloc(first ? (count * first.data.length) / first.channels : 0);
  for (const [index, { data: plane, channels }] of planes.entries()) {
    for (let from = 0, to = index; to < data.length; from += channels, to += count)
      data[to] = plane[from] ?? 0;
  }
  return { data, channels: count };
}

/** Where the opacity is, and whether the colours are multiplied with it. */
export interface Opacity {
  readonly channel: number;
  readonly associated: boolean;
}

/** Red, green and blue alone, laid onto white where they are not opaque. */
export function coloursOf({ data, channels }: Samples, opacity: Opacity | undefined): Buffer {
  const colours = Buffer.alloc((data.length / channels) * 3);
  for (let from = 0, to = 0; to < colours.length; from += channels, to += 3) {
    const share = opacity ? (data[from + opacity.channel] ?? 255) : 255;
    for (let i = 0; i < 3; i += 1) {
      const colour = data[from + i] ?? 0;
      const shown = opacity?.associated ? colour : Math.round((colour * share) / 255);
      colours[to + i] = Math.min(255, shown + 255 - share);
    }
  }
  return colours;
}

/** Y, Cb and Cr as red, green and blue (TIFF 6.0, sections 20 and 21). */
export function fromYcbcr({ data, channels }: Samples, { coefficients, range }: YcbcrScale): Samples {
  const [red = 0, green = 1, blue = 0] = coefficients;
  const [black = 0, white = 255, zeroCb = 128, mostCb = 255, zeroCr = 128, mostCr = 255] = range;
  const [scaleY, scaleCb, scaleCr] = [
    255 / (white - black),
    127 / (mostCb - zeroCb),
    127 / (mostCr - zeroCr),
  ];
  const byte = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));
  const colours = Buffer.from(data);
  for (let i = 0; i < data.length; i += channels) {
    const y = ((data[i] ?? 0) - black) * scaleY;
    const r = y + ((data[i + 2] ?? 0) - zeroCr) * scaleCr * (2 - 2 * red);
    const b = y + ((data[i + 1] ?? 0) - zeroCb) * scaleCb * (2 - 2 * blue);
    colours[i] = byte(r);
    colours[i + 1] = byte((y - red * r - blue * b) / green);
    colours[i + 2] = byte(b);
  }
  return { data: colours, channels };
}
