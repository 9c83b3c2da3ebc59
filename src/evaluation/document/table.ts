/** A table for people; cells are plain text, not escaped yet. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

export interface Section {
  readonly title: string;
  readonly tables: readonly Table[];
  /** A sentence each, below the tables. */
  readonly notes: readonly string[];
}

/** The first column is of names, the others of numbers. */
export function columns(first: string, ...others: readonly string[]): Column[] {
  return [{ title: first, align: 'left' }, ...others.map((title) => ({ title, align: 'right' }) as const)];
}

/** A table without rows is none. */
export function tableOf(head: readonly Column[], rows: readonly (readonly string[])[]): Table[] {
  return rows.length === 0 ? [] : [{ columns: head, rows }];
}

/** How wide the columns must be, in characters. */
export function widths({ columns: head, rows }: Table): number[] {
  return head.map(({ title }, index) =>
    [title, ...rows.map((row) => row[index] ?? '')].reduce((most, cell) => Math.max(most, lengthOf(cell)), 0),
  );
}

/** A cell, padded. */
export function pad(cell: string, align: Column['align'], width: number): string {
  const room = ' '.repeat(Math.max(0, width - lengthOf(cell)));
  return align === 'left' ? cell + room : room + cell;
}

const lengthOf = (cell: string): number => Array.from(cell).length;
