import type { Rgb, TextSize } from '../../ports.js';
import type { BoundingBox } from '../../types.js';
import type { Size } from './placement.js';

/** Width and height of text at a scale of the font and a line width; pure, given by whoever knows the font. */
export type MeasureText = (line: string, scale: number, thickness: number) => TextSize;

/** Sizes of everything drawn at one face, in pixels of the picture. */
export interface AnnotationStyle {
  /** Of the coloured line round the face. */
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
const LINE_PER_SIDE = { smallest: 1 / 700, largest: 1 / 300 };
const CAPITAL_PER_SIDE = { smallest: 1 / 110, largest: 1 / 45 };
/**
 * Shares of the width of the face: a line of ten letters then spans the face. Where the picture is large these would be
 * hard to see on a screen, so they grow with it, but never beyond `most`: the marks of a crowd stay finer than its faces.
 */
const LINE_PER_FACE = { usual: 1 / 24, most: 1 / 16 };
const CAPITAL_PER_FACE = { usual: 0.11, most: 0.16 };
/** Text starts out no smaller than this; only where there is no room does it shrink further. */
const SMALLEST_CAPITAL = 7;
/** Below this a label says nothing and only hides the picture. */
export const LEAST_LEGIBLE_CAPITAL = 6;
/** Width of a stroke as a share of the capital's height. */
const STROKE_SHARE = 1 / 10;
const PADDING_SHARE = 0.4;

/** Chooses sizes from the picture's own and from that of the face. */
export function chooseStyle(picture: Size, box: BoundingBox, measure: MeasureText): AnnotationStyle {
  const side = Math.max(picture.width, picture.height);
  const face = box.x2 - box.x1;
  const lineWidth = Math.max(1, Math.round(between(face, LINE_PER_FACE, side, LINE_PER_SIDE)));
  const capHeight = between(face, CAPITAL_PER_FACE, side, CAPITAL_PER_SIDE);
  return {
    lineWidth,
    // A fine line drowns in its outline.
    outlineWidth: lineWidth === 1 ? 1 : lineWidth + 2 * Math.max(1, Math.round(lineWidth / 6)),
    ...textStyle(Math.max(SMALLEST_CAPITAL, capHeight), measure),
  };
}

function between(
  face: number,
  perFace: typeof LINE_PER_FACE,
  side: number,
  perSide: typeof LINE_PER_SIDE,
): number {
  const visible = Math.max(face * perFace.usual, side * perSide.smallest);
  return Math.min(visible, face * perFace.most, side * perSide.largest);
}

/** The same style with text of another size. */
export function withCapital(
  style: AnnotationStyle,
  capHeight: number,
  measure: MeasureText,
): AnnotationStyle {
  return { ...style, ...textStyle(capHeight, measure) };
}

function textStyle(capHeight: number, measure: MeasureText) {
  return {
    capHeight,
    textScale: capHeight / measure('H', 1, 1).height,
    textThickness: Math.max(1, Math.round(capHeight * STROKE_SHARE)),
    padding: Math.max(2, Math.round(capHeight * PADDING_SHARE)),
  };
}
