import type { BoundingBox } from '../../types.js';
import type { Attributes } from '../attributes.js';
import { faceParts, joinParts } from '../face-text.js';
import type { AnnotationStyle, MeasureText } from './style.js';

/** Text set in lines, not yet placed. */
export interface TextBlock {
  readonly lines: readonly string[];
  /** Of the background, padding included. */
  readonly width: number;
  readonly height: number;
  /** From one baseline to the next. */
  readonly lineHeight: number;
}

/** A label may be this much wider than its face before it is broken into lines. */
const OVERHANG = 1.3;
/** In capitals: from baseline to baseline, and how far parentheses reach below. */
const LEADING = 1.7;
const DESCENT = 0.25;

/** Sets what people read of a face in one line where the face is wide enough for it, else in a line for each part. */
export function setLabel(
  attributes: Attributes,
  box: BoundingBox,
  style: AnnotationStyle,
  measure: MeasureText,
): TextBlock {
  const parts = faceParts(attributes).map(({ text }) => text);
  const single = setLines([joinParts(parts)], style, measure);
  return single.width <= OVERHANG * (box.x2 - box.x1) ? single : setLines(parts, style, measure);
}

function setLines(lines: readonly string[], style: AnnotationStyle, measure: MeasureText): TextBlock {
  const widths = lines.map((line) => measure(line, style.textScale, style.textThickness).width);
  const lineHeight = Math.round(LEADING * style.capHeight);
  return {
    lines,
    width: Math.ceil(Math.max(...widths)) + 2 * style.padding,
    height: Math.ceil((1 + DESCENT) * style.capHeight) + (lines.length - 1) * lineHeight + 2 * style.padding,
    lineHeight,
  };
}
