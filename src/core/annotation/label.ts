import type { Attributes, BoundingBox } from '../../types.js';
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

/** A label may be this much wider than its face before it is broken into two lines. */
const OVERHANG = 1.3;
/** In capitals: from baseline to baseline, and how far parentheses reach below. */
const LEADING = 1.7;
const DESCENT = 0.25;

/** What is written at a face, in two parts that may stand below each other: `Female 94%`, `(25-32)`. */
export function labelParts({ gender, age }: Attributes): readonly [string, string] {
  return [`${gender.label} ${Math.round(gender.confidence * 100)}%`, age];
}

/** Sets a label in one line where the face is wide enough for it, else in two. */
export function setLabel(
  attributes: Attributes,
  box: BoundingBox,
  style: AnnotationStyle,
  measure: MeasureText,
): TextBlock {
  const parts = labelParts(attributes);
  const single = setLines([parts.join(' ')], style, measure);
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
