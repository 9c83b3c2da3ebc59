import { ATTRIBUTES, ATTRIBUTE_NAMES } from '../../core/attributes.js';

/*
 * What is shown, and in which order: the state of the page. Its text is the address behind `#`, and its keys are the
 * names of the form's fields, so that one can be read from the other.
 */
export interface View {
  /** Part of a path. */
  readonly name: string;
  /** `ok`, `faceless`, `warned`, `failed`, or a code; empty for any. */
  readonly status: string;
  /** Wanted labels by attribute: `{ gender: 'Female' }`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly years: Range;
  /** Of the detector. */
  readonly confidence: Range;
  /** In a picture. */
  readonly faces: Range;
  /** `faces`, `age-down`; empty for the order of names. */
  readonly sort: string;
  /** Name of the picture that is open. */
  readonly open: string;
}

/** Both ends count; one that is absent is open. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
}

const LABELS = ATTRIBUTE_NAMES.filter((name) => ATTRIBUTES[name].kind === 'label');

/** Reads named fields, those of the form or those of an address; what is missing or makes no sense is as if not there. */
export function toView(field: (name: string) => string | null): View {
  const text = (name: string): string => field(name)?.trim() ?? '';
  const range = (name: string): Range => {
    const [min, max] = [number(text(`${name}-min`)), number(text(`${name}-max`))];
    return { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
  };
  const labels = LABELS.map((name) => [name, text(name)]).filter(([, label]) => label !== '');
  return {
    name: text('name'),
    status: text('status'),
    labels: Object.fromEntries(labels) as Record<string, string>,
    years: range('years'),
    confidence: range('confidence'),
    faces: range('faces'),
    sort: text('sort'),
    open: field('open') ?? '',
  };
}

function number(text: string): number | undefined {
  const value = Number(text);
  return text === '' || !Number.isFinite(value) ? undefined : value;
}

/** The fields that are not empty. */
export function fieldsOf(view: View): [name: string, text: string][] {
  const ends = (name: 'years' | 'confidence' | 'faces'): [string, string | number | undefined][] => [
    [`${name}-min`, view[name].min],
    [`${name}-max`, view[name].max],
  ];
  const fields: [string, string | number | undefined][] = [
    ['name', view.name],
    ['status', view.status],
    ...Object.entries(view.labels),
    ...ends('years'),
    ...ends('confidence'),
    ...ends('faces'),
    ['sort', view.sort],
    ['open', view.open],
  ];
  return fields.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
}

/** `#status=failed&sort=age`; empty for everything in the order of names. */
export function formatAddress(view: View): string {
  const text = new URLSearchParams(fieldsOf(view)).toString();
  return text === '' ? '' : `#${text}`;
}

export function parseAddress(hash: string): View {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  return toView((name) => fields.get(name));
}
