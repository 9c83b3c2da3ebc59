import { escapeControls } from '../core/escape-controls.js';
import { describeReport } from './document/document.js';
import { pad, widths, type Column, type Section, type Table } from './document/table.js';
import type { EvaluationReport } from './evaluation-report.js';

/** The report as the figures of a model card, in GitHub's Markdown, final newline included. */
export function renderMarkdown(report: EvaluationReport): string {
  const packs = [...new Set(report.runs.map(({ pack }) => pack))].map(escape);
  const title = ['## Evaluation', ...(packs.length > 0 ? [`of ${packs.join(', ')}`] : [])].join(' ');
  return [title, ...describeReport(report).flatMap(renderSection)].join('\n\n') + '\n';
}

function renderSection({ title, tables, notes }: Section): string[] {
  return [`### ${escape(title)}`, ...tables.map(renderTable), ...notes.map(escape)];
}

function renderTable(table: Table): string {
  const escaped = {
    columns: table.columns.map(({ title, align }) => ({ title: escape(title), align })),
    rows: table.rows.map((row) => row.map(escape)),
  };
  // The rule below the titles takes three characters.
  const room = widths(escaped).map((width) => Math.max(3, width));
  const line = (cells: readonly string[]): string =>
    `| ${escaped.columns.map(({ align }, index) => pad(cells[index] ?? '', align, room[index] ?? 3)).join(' | ')} |`;
  const head = escaped.columns.map(({ title }) => title);
  const rule = escaped.columns.map(({ align }, index) => ruleOf(align, room[index] ?? 3));
  return [line(head), line(rule), ...escaped.rows.map(line)].join('\n');
}

function ruleOf(align: Column['align'], width: number): string {
  return align === 'left' ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`;
}

/** What Markdown or HTML would read as more than text; a value of the labels may hold anything. */
function escape(text: string): string {
  return escapeControls(text).replace(/[\\`*_[\]<>&|#~]/g, '\\$&');
}
