import { escapeHtml } from './markup.js';
import { LABEL_NAMES, type ReportTally, wordOf, wordsOf } from './report-tally.js';

/** The controls above the pictures. Names of fields are those of the address: `src/report/client/view.ts` reads both. */
export function filterForm(tally: ReportTally): string {
  const labels = LABEL_NAMES.flatMap((name) => {
    const counts = tally.labels(name);
    if (!counts) return [];
    const options = counts
      .filter(({ count }) => count > 0)
      .map(({ label, count }): Choice => [label, `${wordOf(label)} (${count})`]);
    return [select(name === 'age' ? 'Age group' : wordsOf(name), name, [['', 'Any'], ...options])];
  });
  const fields = [
    field(
      'Name',
      '<input type="search" name="name" autocomplete="off" spellcheck="false" placeholder="Part of a path">',
      'wide',
    ),
    select('Status', 'status', statusChoices(tally)),
    ...labels,
    range('Age in years', 'years', 0, 150, 1),
    range('Confidence', 'confidence', 0, 1, 0.01),
    range('Faces in picture', 'faces', 0, 100_000, 1),
    select('Sort by', 'sort', SORTS),
  ];
  return `<form id="filters" aria-label="Filter and sort pictures">
${fields.join('\n')}
</form>
<div class="toolbar"><p id="count" role="status"></p><button type="button" id="failures" aria-pressed="false"${tally.failed === 0 ? ' disabled' : ''}>Only failures</button><button type="reset" form="filters">Reset</button></div>`;
}

type Choice = readonly [value: string, text: string];

const SORTS: readonly Choice[] = [
  ['', 'Name'],
  ['name-down', 'Name, from the end'],
  ['faces-down', 'Most faces'],
  ['faces', 'Fewest faces'],
  ['age', 'Youngest'],
  ['age-down', 'Oldest'],
  ['confidence', 'Least confident'],
  ['confidence-down', 'Most confident'],
];

function statusChoices({ failures, failed, warned, faceless }: ReportTally): Choice[] {
  const codes = [...failures].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ['', 'Any'],
    ['ok', 'Tagged'],
    ...(faceless > 0 ? [['faceless', `Without faces (${faceless})`] as const] : []),
    ...(warned > 0 ? [['warned', `With warnings (${warned})`] as const] : []),
    ...(failed > 0 ? [['failed', `Failed (${failed})`] as const] : []),
    ...codes.map(([code, count]): Choice => [code, `${code} (${count})`]),
  ];
}

function select(name: string, field: string, choices: readonly Choice[]): string {
  const options = choices.map(
    ([value, text]) => `<option value="${escapeHtml(value)}">${escapeHtml(text)}</option>`,
  );
  return labelled(name, `<select name="${field}">${options.join('')}</select>`);
}

function range(name: string, field: string, min: number, max: number, step: number): string {
  const input = (end: string, words: string): string =>
    `<input type="number" name="${field}-${end}" min="${min}" max="${max}" step="${step}" inputmode="decimal" placeholder="${words}" aria-label="${name}, ${words}">`;
  return `<div class="field" role="group" aria-label="${name}"><span aria-hidden="true">${name}</span><div class="range">${input('min', 'from')}${input('max', 'to')}</div></div>`;
}

const labelled = (name: string, control: string): string => field(name, control);

function field(name: string, control: string, style = ''): string {
  return `<label class="${`field ${style}`.trim()}"><span>${escapeHtml(name)}</span>${control}</label>`;
}
