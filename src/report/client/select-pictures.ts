import type { FaceRecord } from '../../core/report.js';
import { ageRange, type Picture } from './shown-picture.js';
import type { Range, View } from './view.js';

/** The pictures that a view shows, in its order. */
export function selectPictures(pictures: readonly Picture[], view: View): Picture[] {
  return sorted(
    pictures.filter((picture) => shows(view, picture)),
    view,
  );
}

function shows(view: View, { key, record }: Picture): boolean {
  const { faces } = record;
  return (
    key.includes(view.name.toLowerCase()) &&
    hasStatus(view.status, record) &&
    isWithin(view.faces, faces.length) &&
    (!asksForFace(view) || faces.some((face) => matches(view, face)))
  );
}

function hasStatus(wanted: string, { error, faces, warnings }: Picture['record']): boolean {
  switch (wanted) {
    case '':
      return true;
    case 'ok':
      return !error;
    case 'faceless':
      return !error && faces.length === 0;
    case 'warned':
      return warnings !== undefined;
    case 'failed':
      return error !== undefined;
    default:
      return error?.code === wanted;
  }
}

/** Whether the view wants something of a face: then only a picture with such a face is shown. */
export function asksForFace({ labels, years, confidence }: View): boolean {
  return Object.keys(labels).length > 0 || isBounded(years) || isBounded(confidence);
}

/** Whether one face is everything that the view wants of a face. */
export function matches({ labels, years, confidence }: View, face: FaceRecord): boolean {
  const fields: Readonly<Record<string, unknown>> = { ...face };
  const [youngest, oldest] = ageRange(face);
  return (
    Object.entries(labels).every(([name, label]) => fields[name] === label) &&
    oldest >= (years.min ?? -Infinity) &&
    youngest <= (years.max ?? Infinity) &&
    isWithin(confidence, face.confidence)
  );
}

const isBounded = ({ min, max }: Range): boolean => min !== undefined || max !== undefined;

const isWithin = ({ min = -Infinity, max = Infinity }: Range, value: number): boolean =>
  value >= min && value <= max;

/** A picture's place by one of its numbers; NaN for none, which comes last in either direction. */
type Measure = (faces: readonly FaceRecord[], down: boolean) => number;

/** Of several faces the one that comes first decides. */
const MEASURES: ReadonlyMap<string, Measure> = new Map<string, Measure>([
  ['faces', (faces) => faces.length],
  [
    'age',
    (faces, down) =>
      extreme(
        faces.map((face) => ageRange(face)[down ? 1 : 0]),
        down,
      ),
  ],
  [
    'confidence',
    (faces, down) =>
      extreme(
        faces.map((face) => face.confidence),
        down,
      ),
  ],
]);

const extreme = (values: readonly number[], down: boolean): number =>
  values.length === 0 ? NaN : down ? Math.max(...values) : Math.min(...values);

function sorted(pictures: Picture[], view: View): Picture[] {
  const down = view.sort.endsWith('-down');
  const measure = MEASURES.get(view.sort.replace(/-down$/, ''));
  if (!measure) return view.sort === 'name-down' ? pictures.reverse() : pictures;
  const face = asksForFace(view);
  const ranked = pictures.map((picture) => {
    const { faces, error } = picture.record;
    const value = error ? NaN : measure(face ? faces.filter((each) => matches(view, each)) : faces, down);
    return { picture, value: Number.isNaN(value) ? Infinity : down ? -value : value };
  });
  // Equal pictures stay in the order of their names.
  return ranked
    .sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0))
    .map(({ picture }) => picture);
}
