import { ATTRIBUTE_NAMES } from '../core/attributes.js';
import { engineText } from '../core/run-key.js';
import { ageChart } from './charts/age-chart.js';
import { barChart, type Entry } from './charts/bar-chart.js';
import { confidenceChart } from './charts/confidence-chart.js';
import { escapeHtml, grouped } from './markup.js';
import { LABEL_NAMES, type ReportTally, wordOf, wordsOf } from './report-tally.js';

/** What a report says of all pictures together. */
export interface Summary {
  readonly tally: ReportTally;
  /** Folders of the pictures, relative to the report. */
  readonly folders: readonly string[];
  /** The expression of `--where`, if there was one. */
  readonly where?: string | undefined;
  /** Version of facetag. */
  readonly version: string;
}

export function totalsSection({ tally, where }: Summary): string {
  const { pictures, faces, faceless, failed, warned } = tally;
  const gender = tally.labels('gender') ?? [];
  const totals: [string, number, string?][] = [
    ['Pictures', pictures],
    ['Faces', faces],
    ...[...gender]
      .reverse()
      .map(({ label, count }): [string, number, string] => [label, count, label.toLowerCase()]),
    ['Without faces', faceless],
    ...(warned > 0 ? [['With warnings', warned, 'warned'] satisfies [string, number, string]] : []),
    ['Failed', failed, failed > 0 ? 'failed' : ''],
  ];
  const tiles = totals.map(
    ([name, count, style = '']) =>
      `<div class="tile ${style}"><dt>${escapeHtml(name)}</dt><dd>${grouped(count)}</dd></div>`,
  );
  const none =
    where !== undefined && pictures === 0
      ? `<p class="warn">No picture matches <code>${escapeHtml(where)}</code>.</p>`
      : '';
  return `<section aria-label="Totals"><dl class="totals">${tiles.join('')}</dl>${none}</section>`;
}

/** A chart for each attribute that is a word, the detector's confidence, and why pictures failed. */
export function chartsSection({ tally }: Summary): string {
  const others = LABEL_NAMES.flatMap((name) => {
    const labels = name === 'gender' || name === 'age' ? undefined : tally.labels(name);
    return labels ? [barChart(wordsOf(name), labels.map(toEntry), { labelWidth: 80 })] : [];
  });
  const bars = [
    ...(tally.faces > 0 ? [genderChart(tally)] : []),
    ...others,
    ...(tally.failed > 0 ? [failureChart(tally)] : []),
  ];
  const charts = [
    ...(tally.faces > 0 ? [ageChart(tally)] : []),
    ...(bars.length > 0 ? [`<div class="stack">${bars.join('')}</div>`] : []),
    ...(tally.faces > 0 ? [confidenceChart(tally)] : []),
  ];
  if (charts.length === 0) return '';
  return `<section class="charts" aria-label="Charts">${charts.join('\n')}</section>`;
}

const toEntry = ({ label, count }: { label: string; count: number }): Entry => ({
  label: wordOf(label),
  count,
  style: 'count',
});

function genderChart(tally: ReportTally): string {
  const labels = [...(tally.labels('gender') ?? [])].reverse();
  return barChart(
    'Gender',
    labels.map((entry) => ({ ...toEntry(entry), style: entry.label.toLowerCase() })),
  );
}

function failureChart({ failures }: ReportTally): string {
  const entries = [...failures]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([code, count]) => ({ label: code, count, style: 'failed' }));
  return barChart('Failures', entries, { share: false, labelWidth: 150 });
}

/** Where the records come from: packs, hashes, folders. */
export function madeSection({ tally, folders, where, version }: Summary): string {
  const runs = tally.runs.map(({ pack, models, settings, pictures, ...run }) => {
    const cells = [pack, engineText(run), hash(models), hash(settings), grouped(pictures)];
    return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
  });
  const names = ['Pack', 'Engine', 'Model files (sha256)', 'Settings (sha256)', 'Pictures'];
  const rows: [string, string][] = [
    ['Pictures in', folders.join(', ')],
    ...(where === undefined ? [] : [['Only pictures that match', where] satisfies [string, string]]),
    [
      'Attributes',
      ATTRIBUTE_NAMES.filter((name) => tally.labels(name))
        .map(wordsOf)
        .join(', ') || 'none',
    ],
    ['Written by', `facetag ${version}`],
  ];
  return `<details class="made card"><summary>How it was made</summary>
<div class="scroll"><table><thead><tr>${names.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead><tbody>${runs.join('')}</tbody></table></div>
<dl>${rows.map(([name, text]) => `<div><dt>${name}</dt><dd><bdi>${escapeHtml(text)}</bdi></dd></div>`).join('')}</dl>
<p>Gender and age are a model's guesses from looks. They say nothing about who a person is.${tally.labels('expression') ? ' An expression is what a face shows, not what the person feels.' : ''}</p>
</details>`;
}

const hash = (text: string): string => text.replace(/^sha256:/, '');
