import type { Rgb, TextSize } from '../../ports.js';
import type { BoundingBox } from '../../types.js';

/** Width and height of text at a scale of the font and a line width; pure, given by whoever knows the font. */
export type MeasureText = (line: string, scale: number, thickness: number) => TextSize;

/** Sizes of everything drawn in one picture, in its pixels. */
export interface AnnotationStyle {
  /** Of the coloured line round a face. */
  readonly lineWidth: number;
  /** Of the dark line under it, which shows on bright ground. */
  readonly outlineWidth: number;
  readonly textScale: number;
  readonly textThickness: number;
  /** Height of a capital letter. */
  readonly capHeight: number;
  /** Between text and the edge of its background. */
  readonly padding: number;
}

/** Sky blue and orange of Okabe and Ito's palette: told apart with any colour vision, and black reads well on both. */
export const PALETTE = {
  Male: [86, 180, 233],
  Female: [230, 159, 0],
  text: [0, 0, 0],
  outline: [0, 0, 0],
} as const satisfies Record<string, Rgb>;

/** Shares of the picture's longer side, found by eye on pictures from 64 pixels to 12 megapixels. */
const LINE_SHARE = { smallest: 1 / 700, largest: 1 / 300 };
const CAPITAL_SHARE = { smallest: 1 / 110, largest: 1 / 45 };
/** Shares of the usual width of a face: a line of ten letters then spans a face. */
const LINE_PER_FACE = 1 / 24;
const CAPITAL_PER_FACE = 0.11;
/** Text starts out no smaller than this; only a narrow picture makes it shrink further. */
const SMALLEST_CAPITAL = 7;
/** Below this a label says nothing and only hides the picture. */
const LEAST_LEGIBLE_CAPITAL = 5;
/** Width of a stroke as a share of the capital's height. */
const STROKE_SHARE = 1 / 9;
const PADDING_SHARE = 0.4;

/** Chooses sizes from the picture's own and from the usual size of its faces, so that crowds get finer marks. */
export function chooseStyle(
  width: number,
  height: number,
  boxes: readonly BoundingBox[],
  measure: MeasureText,
): AnnotationStyle {
  const side = Math.max(width, height);
  const face = median(boxes.map(({ x1, x2 }) => x2 - x1));
  const within = (wanted: number, { smallest, largest }: typeof LINE_SHARE): number =>
    Math.min(Math.max(wanted, side * smallest), side * largest);
  const lineWidth = Math.ceil(within(face * LINE_PER_FACE, LINE_SHARE));
  return {
    lineWidth,
    // A fine line drowns in its outline.
    outlineWidth: lineWidth === 1 ? 1 : lineWidth + 2 * Math.max(1, Math.round(lineWidth / 6)),
    ...textStyle(Math.max(SMALLEST_CAPITAL, within(face * CAPITAL_PER_FACE, CAPITAL_SHARE)), measure),
  };
}

/** Whether text of this style can be read at all. */
export function isLegible({ capHeight }: AnnotationStyle): boolean {
  return capHeight >= LEAST_LEGIBLE_CAPITAL;
}

/** The same style with smaller text. */
export function shrinkText(style: AnnotationStyle, factor: number, measure: MeasureText): AnnotationStyle {
  return { ...style, ...textStyle(style.capHeight * factor, measure) };
}

function textStyle(capHeight: number, measure: MeasureText) {
  return {
    capHeight,
    textScale: capHeight / measure('H', 1, 1).height,
    textThickness: Math.max(1, Math.round(capHeight * STROKE_SHARE)),
    padding: Math.max(2, Math.round(capHeight * PADDING_SHARE)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
