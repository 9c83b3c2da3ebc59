import type { Confusion } from '../classification.js';
import { columns, type Table } from './table.js';

/** One row per true label, one column per label that was said. */
export function confusionTable({ labels, counts }: Confusion<string>): Table {
  return {
    columns: columns('true \\ said', ...labels),
    rows: labels.map((label, truth) => [label, ...(counts[truth] ?? []).map(String)]),
  };
}
