import { escapeControls } from '../core/escape-controls.js';
import { describeReport } from './document/document.js';
import { pad, widths, type Section, type Table } from './document/table.js';
import type { EvaluationReport } from './evaluation-report.js';

/** The report as aligned tables for a terminal, final newline included. */
export function renderText(report: EvaluationReport): string {
  return describeReport(report).map(renderSection).join('\n');
}

function renderSection({ title, tables, notes }: Section): string {
  const blocks = [
    ...tables.map((table) => renderTable(escapeTable(table))),
    ...(notes.length > 0 ? [notes] : []),
  ];
  const lines = blocks.flatMap((block, index) => (index === 0 ? block : ['', ...block]));
  return [escapeControls(title), ...lines.map((line) => (line === '' ? '' : `  ${line}`))].join('\n') + '\n';
}

function renderTable(table: Table): string[] {
  const room = widths(table);
  const line = (cells: readonly string[]): string =>
    table.columns
      .map(({ align }, index) => pad(cells[index] ?? '', align, room[index] ?? 0))
      .join('  ')
      .trimEnd();
  const head = table.columns.map(({ title }) => title);
  return [...(head.some((title) => title !== '') ? [line(head)] : []), ...table.rows.map(line)];
}

/** Values of groups come out of a file. */
function escapeTable({ columns, rows }: Table): Table {
  return {
    columns: columns.map(({ title, align }) => ({ title: escapeControls(title), align })),
    rows: rows.map((row) => row.map(escapeControls)),
  };
}
