import type { Rgb } from '../ports.js';
import type { BoundingBox, Face } from '../types.js';
import { intersection } from './box.js';
import { setLabel, type TextBlock } from './annotation/label.js';
import { placeLabel, type Size } from './annotation/placement.js';
import {
  type AnnotationStyle,
  chooseStyle,
  PALETTE,
  isLegible,
  type MeasureText,
  shrinkText,
} from './annotation/style.js';

/** What to draw at one face, in pixels of the picture. */
export interface FaceMark {
  /** Line centres of the frame; the whole line lies inside the picture. */
  readonly frame: BoundingBox;
  readonly colour: Rgb;
  /** Absent in a picture too small for text. */
  readonly label?: Label;
}

export interface Label {
  /** Filled with the mark's colour under the text. */
  readonly background: BoundingBox;
  readonly lines: readonly TextLine[];
}

export interface TextLine {
  readonly text: string;
  /** Left end of the baseline. */
  readonly origin: { readonly x: number; readonly y: number };
}

/** Everything drawn in one picture: all frames first, then all labels. */
export interface Annotation {
  readonly style: AnnotationStyle;
  readonly marks: readonly FaceMark[];
}

/**
 * Lays out frames and labels. Sizes follow the picture's size; labels lie inside it, beside or on their face, where they
 * hide least of other faces and labels.
 *
 * @param picture width and height in pixels.
 * @param faces boxes in pixels of the picture.
 */
export function layoutAnnotation(picture: Size, faces: readonly Face[], measure: MeasureText): Annotation {
  const boxes = faces.map(({ box }) => box);
  const wanted = chooseStyle(picture.width, picture.height, boxes, measure);
  const style = fitText(wanted, picture, faces, measure);
  const frames = boxes.map((box) => insetFrame(box, picture, style.outlineWidth));
  const outlines = frames.map((frame) => grow(frame, style.outlineWidth / 2));
  const labels = isLegible(style) ? placeLabels(picture, faces, outlines, style, measure) : [];
  const marks = faces.map(({ box, attributes }, index) => {
    const label = labels[index];
    return {
      frame: frames[index] ?? box,
      colour: PALETTE[attributes.gender.label],
      ...(label && { label }),
    };
  });
  return { style, marks };
}

/** One after another, in the order of the faces: each label keeps clear of those before it. */
function placeLabels(
  picture: Size,
  faces: readonly Face[],
  outlines: readonly BoundingBox[],
  style: AnnotationStyle,
  measure: MeasureText,
): Label[] {
  const taken: BoundingBox[] = [];
  return faces.map(({ box, attributes }, index) => {
    const block = setLabel(attributes, box, style, measure);
    const background = placeLabel(block, picture, outlines, outlines[index] ?? box, taken);
    taken.push(background);
    return { background, lines: textLines(block, background, style) };
  });
}

/** Text shrinks until the widest label fits into the picture; its height follows. */
function fitText(
  style: AnnotationStyle,
  picture: Size,
  faces: readonly Face[],
  measure: MeasureText,
): AnnotationStyle {
  let fitted = style;
  // Strokes and padding do not shrink in step with the letters, hence more than one round.
  for (let round = 0; round < 3; round += 1) {
    const blocks = faces.map(({ box, attributes }) => setLabel(attributes, box, fitted, measure));
    const share = Math.max(
      ...blocks.map(({ width }) => width / picture.width),
      ...blocks.map(({ height }) => height / picture.height),
    );
    if (share <= 1) return fitted;
    fitted = shrinkText(fitted, 1 / share, measure);
  }
  return fitted;
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
