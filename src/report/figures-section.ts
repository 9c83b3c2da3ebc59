import { escapeHtml } from './markup.js';
import type { Section } from './page.js';

/** Figures for people: tables of plain text under a title, and a sentence or more about them. */
export interface Figures {
  readonly title: string;
  readonly tables: readonly {
    readonly columns: readonly { readonly title: string; readonly align: 'left' | 'right' }[];
    readonly rows: readonly (readonly string[])[];
  }[];
  readonly notes: readonly string[];
}

/** A part of the page that can be folded out. Everything in the figures is escaped. */
export function figuresSection(title: string, parts: readonly Figures[]): Section {
  return { title, markup: `<div class="figures">${parts.map(partMarkup).join('')}</div>` };
}

function partMarkup({ title, tables, notes }: Figures, index: number): string {
  const content = [...tables.map(tableMarkup), ...notes.map((note) => `<p>${escapeHtml(note)}</p>`)].join('');
  // The data, what was found, gender and age are what everybody looks for.
  const open = index < OPEN_PARTS ? ' open' : '';
  return `<details class="card"${open}><summary>${escapeHtml(title)}</summary>${content}</details>`;
}

const OPEN_PARTS = 4;

function tableMarkup({ columns, rows }: Figures['tables'][number]): string {
  const side = (index: number): string => (columns[index]?.align === 'right' ? ' class="number"' : '');
  const head = columns
    .map(({ title }, index) => `<th scope="col"${side(index)}>${escapeHtml(title)}</th>`)
    .join('');
  const body = rows.map(
    (row) => `<tr>${row.map((cell, index) => cellMarkup(cell, index, side)).join('')}</tr>`,
  );
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

function cellMarkup(cell: string, index: number, side: (index: number) => string): string {
  const text = escapeHtml(cell);
  return index === 0 ? `<th scope="row"${side(0)}>${text}</th>` : `<td${side(index)}>${text}</td>`;
}
