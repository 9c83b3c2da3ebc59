import type { Rgb } from '../ports.js';
import type { BoundingBox, Face } from '../types.js';
import { area, intersection } from './box.js';
import { setLabel, type TextBlock } from './annotation/label.js';
import { placeLabel, type Size } from './annotation/placement.js';
import {
  type AnnotationStyle,
  chooseStyle,
  PALETTE,
  LEAST_LEGIBLE_CAPITAL,
  type MeasureText,
  withCapital,
} from './annotation/style.js';

/** What to draw at one face, in pixels of the picture. */
export interface FaceMark {
  readonly style: AnnotationStyle;
  /** Line centres of the frame; the whole line lies inside the picture. */
  readonly frame: BoundingBox;
  readonly colour: Rgb;
  /** Absent where text would be illegible, larger than the face, or would cover another face or label. */
  readonly label?: Label;
}

export interface Label {
  /** Sizes of the text: those of the mark, or smaller where there is little room. */
  readonly style: AnnotationStyle;
  /** Filled with the mark's colour under the text. */
  readonly background: BoundingBox;
  readonly lines: readonly TextLine[];
}

export interface TextLine {
  readonly text: string;
  /** Left end of the baseline. */
  readonly origin: { readonly x: number; readonly y: number };
}

/** Text that finds no place is tried again so much smaller. */
const SHRINK = 0.85;

/**
 * Lays out frames and labels: what is drawn in one picture, all frames first, then all labels. Sizes follow the picture's
 * and each face's own; labels lie inside the picture, beside or on their face, and never on another face or label: a
 * frame without text says less than text on somebody's face.
 *
 * @param picture width and height in pixels.
 * @param faces boxes in pixels of the picture.
 */
export function layoutAnnotation(picture: Size, faces: readonly Face[], measure: MeasureText): FaceMark[] {
  const marks = faces.map(({ box, attributes }) => {
    const style = chooseStyle(picture, box, measure);
    return {
      style,
      frame: insetFrame(box, picture, style.outlineWidth),
      colour: PALETTE[attributes.gender],
    };
  });
  const outlines = marks.map(({ frame, style }) => grow(frame, style.outlineWidth / 2));
  const taken: BoundingBox[] = [];
  // One after another, in the order of the faces: each label keeps clear of those before it.
  return marks.map((mark, index) => {
    const [face, own] = [faces[index], outlines[index]];
    const label = face && own && fitLabel(face, mark.style, picture, { outlines, own, taken }, measure);
    if (label) taken.push(label.background);
    return { ...mark, ...(label && { label }) };
  });
}

interface LabelLimits {
  /** All faces, line width included. */
  readonly outlines: readonly BoundingBox[];
  /** The label's own face among them. */
  readonly own: BoundingBox;
  /** Labels placed before. */
  readonly taken: readonly BoundingBox[];
}

/** The label in the largest text for which there is a place. */
function fitLabel(
  { box, attributes }: Face,
  wanted: AnnotationStyle,
  picture: Size,
  { outlines, own, taken }: LabelLimits,
  measure: MeasureText,
): Label | undefined {
  for (let capital = wanted.capHeight; capital >= LEAST_LEGIBLE_CAPITAL; capital *= SHRINK) {
    const style = withCapital(wanted, capital, measure);
    const block = setLabel(attributes, box, style, measure);
    if (block.width * block.height > area(own)) continue;
    const background = placeLabel(block, picture, outlines, own, taken);
    if (background) return { style, background, lines: textLines(block, background, style) };
  }
  return undefined;
}

/** Moves the frame of a face at the picture's edge inwards, so that its line is seen whole. */
function insetFrame(box: BoundingBox, { width, height }: Size, lineWidth: number): BoundingBox {
  const margin = lineWidth / 2;
  const inner = { x1: margin, y1: margin, x2: width - margin, y2: height - margin };
  return intersection(box, inner);
}

function grow({ x1, y1, x2, y2 }: BoundingBox, by: number): BoundingBox {
  return { x1: x1 - by, y1: y1 - by, x2: x2 + by, y2: y2 + by };
}

function textLines(block: TextBlock, background: BoundingBox, style: AnnotationStyle): TextLine[] {
  return block.lines.map((text, index) => ({
    text,
    origin: {
      x: background.x1 + style.padding,
      y: background.y1 + style.padding + style.capHeight + index * block.lineHeight,
    },
  }));
}
