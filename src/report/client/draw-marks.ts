import { svg } from './dom.js';
import { LABEL_HEIGHT, layOutMarks, type Mark, type Size } from './marks.js';
import { shortLabel, type Picture } from './shown-picture.js';
import { asksForFace, matches } from './select-pictures.js';
import type { View } from './view.js';

/** Letters of a label stand so far above the foot of its ground. */
const FOOT = 4.5;

/**
 * Frames and texts over a picture that is shown whole in the middle of a frame. Faces that the filters don't ask for are
 * drawn faintly.
 */
export function drawMarks({ record }: Picture, frame: Size, view: View): SVGSVGElement {
  const marks = layOutMarks(record.faces, record, frame, shortLabel);
  const wanted = (mark: Mark): boolean => !asksForFace(view) || matches(view, mark.face);
  const drawing = svg('svg', {
    class: 'marks',
    viewBox: `0 0 ${frame.width} ${frame.height}`,
    width: frame.width,
    height: frame.height,
    'aria-hidden': 'true',
  });
  const faint = marks.filter((mark) => !wanted(mark));
  if (faint.length > 0) drawing.append(svg('path', { class: 'faint', d: outline(faint) }));
  const shown = marks.filter(wanted);
  if (shown.length > 0) drawing.append(svg('path', { class: 'under', d: outline(shown) }));
  for (const gender of ['Female', 'Male']) {
    const own = shown.filter(({ face }) => face.gender === gender);
    if (own.length > 0)
      drawing.append(svg('path', { class: `face ${gender.toLowerCase()}`, d: outline(own) }));
  }
  for (const mark of shown) drawing.append(...labelOf(mark));
  return drawing;
}

function outline(marks: readonly Mark[]): string {
  return marks
    .map(
      ({ x, y, width, height }) =>
        `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}z`,
    )
    .join('');
}

function labelOf({ face, label }: Mark): SVGElement[] {
  if (!label) return [];
  const { x, y, width } = label;
  const style = face.gender.toLowerCase();
  const ground = {
    class: `ground ${style}`,
    x: short(x),
    y: short(y),
    width: short(width),
    height: LABEL_HEIGHT,
  };
  const at = { class: 'text', x: short(x + width / 2), y: short(y + LABEL_HEIGHT - FOOT) };
  return [svg('rect', { ...ground, rx: 2 }), svg('text', at, shortLabel(face))];
}

const short = (value: number): number => Math.round(value * 10) / 10;
