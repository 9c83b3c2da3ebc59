import type { FaceRecord, PictureRecord } from '../../core/report.js';
import { svg } from '../../report/client/dom.js';
import { LABEL_HEIGHT, layOutMarks, type Mark, type Size } from '../../report/client/marks.js';

/** Letters of a label stand so far above the foot of its ground. */
const FOOT = 4.5;

/** Frames and labels over a picture that fills the frame. */
export function drawFaces({ faces, width, height }: PictureRecord, frame: Size): SVGSVGElement {
  const marks = layOutMarks(faces, { width, height }, frame, labelText);
  return svg(
    'svg',
    {
      class: 'marks',
      viewBox: `0 0 ${frame.width} ${frame.height}`,
      'aria-hidden': 'true',
    },
    ...marks.flatMap(boxOf),
    ...marks.flatMap(labelOf),
  );
}

function boxOf({ face, x, y, width, height }: Mark): SVGElement[] {
  const box = { x, y, width, height };
  return [svg('rect', { ...box, class: 'under' }), svg('rect', { ...box, class: styleOf(face) })];
}

function labelOf({ face, label }: Mark): SVGElement[] {
  if (!label) return [];
  const { x, y, width } = label;
  const ground = { x, y, width, height: LABEL_HEIGHT, rx: 2, class: `ground ${styleOf(face)}` };
  const text = { x: x + width / 2, y: y + LABEL_HEIGHT - FOOT };
  return [svg('rect', ground), svg('text', text, labelText(face))];
}

const styleOf = ({ gender }: FaceRecord): string => `face ${gender.toLowerCase()}`;

/** `F 35`, `M 60-100`. */
function labelText({ gender, age, ageYears }: FaceRecord): string {
  const years = ageYears === undefined ? age.slice(1, -1) : String(Math.round(ageYears));
  return `${gender.charAt(0)} ${years}`;
}
