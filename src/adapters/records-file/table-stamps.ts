import type { Sum } from './checksum.js';

/** What tells records from other ones. Equal where they are, its fields in the same order. */
export type RecordsStamp = Readonly<Record<string, number | string>>;

/** A table, and how it was made. */
export interface TableStamp extends Sum {
  readonly key: string;
}

/**
 * Text of `tables.json`, which says of what records tables were made.
 *
 * @returns undefined for no tables: no file is needed.
 */
export function formatStamps(
  records: RecordsStamp,
  stamps: ReadonlyMap<string, TableStamp>,
): string | undefined {
  if (stamps.size === 0) return undefined;
  const tables = [...stamps].sort(([a], [b]) => (a < b ? -1 : 1));
  const value = { schemaVersion: 1, records, tables: Object.fromEntries(tables) };
  return JSON.stringify(value, null, 2) + '\n';
}

/**
 * Reads it back.
 *
 * @param records as they are: stamps of other records count for nothing, nor does what facetag has not written.
 */
export function parseStamps(text: string, records: RecordsStamp): Map<string, TableStamp> {
  try {
    const value = JSON.parse(text) as { schemaVersion?: unknown; records?: unknown; tables?: unknown };
    const { records: noted, tables } = value;
    if (value.schemaVersion !== 1 || JSON.stringify(noted) !== JSON.stringify(records)) return new Map();
    const entries = Object.entries((tables ?? {}) as Readonly<Record<string, unknown>>);
    return new Map(entries.filter((entry): entry is [string, TableStamp] => isStamp(entry[1])));
  } catch {
    return new Map();
  }
}

function isSum(value: unknown): value is Sum {
  const sum = value as Partial<Record<keyof Sum, unknown>> | null;
  return Number.isSafeInteger(sum?.bytes) && Number.isSafeInteger(sum?.check);
}

function isStamp(value: unknown): value is TableStamp {
  return isSum(value) && typeof (value as Partial<TableStamp>).key === 'string';
}
