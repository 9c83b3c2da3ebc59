import { ATTRIBUTES, ATTRIBUTE_NAMES, type AttributeName } from '../core/attributes.js';
import type { FaceRecord } from '../core/report.js';

/** An attribute that a format can hold as one word or number. */
export type AttributeRow = { readonly name: string } & (
  { readonly kind: 'label'; readonly labels: readonly string[] } | { readonly kind: 'number' }
);

/** Attributes of one value, in the order of the table: distributions are left out. */
export const ATTRIBUTE_ROWS: readonly AttributeRow[] = ATTRIBUTE_NAMES.flatMap((name): AttributeRow[] => {
  const row = ATTRIBUTES[name];
  if (row.kind === 'label') return [{ name, kind: 'label', labels: row.labels }];
  return row.kind === 'number' ? [{ name, kind: 'number' }] : [];
});

/** What a face has of these. */
export function valuesOf(
  face: FaceRecord,
): readonly { readonly name: string; readonly value: string | number }[] {
  return ATTRIBUTE_NAMES.flatMap((name) => {
    const value = face[name];
    return typeof value === 'string' || typeof value === 'number' ? [{ name, value }] : [];
  });
}

/** Everything that is said of a face, distributions too, in the order of the table. */
export function attributesOf(face: FaceRecord): Partial<Record<AttributeName, unknown>> {
  return Object.fromEntries(
    ATTRIBUTE_NAMES.flatMap((name) => (face[name] === undefined ? [] : [[name, face[name]]])),
  );
}
