import { grouped } from '../markup.js';
import { bar, CHART_WIDTH, figure, label } from './svg.js';

/** One bar of a chart. */
export interface Entry {
  readonly label: string;
  readonly count: number;
  /** Class of its colour. */
  readonly style: string;
}

const ROW = 28;
const LABEL_WIDTH = 62;
const NUMBER_WIDTH = 96;
const PAD = 4;

/**
 * Counts as bars that lie, with their names before and their numbers behind them.
 *
 * @param share whether to say what part of the whole each is.
 * @param labelWidth room for the names, in units of the chart.
 */
export function barChart(
  title: string,
  entries: readonly Entry[],
  { share = true, labelWidth = LABEL_WIDTH } = {},
): string {
  const whole = entries.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(1, ...entries.map(({ count }) => count));
  const longest = CHART_WIDTH - labelWidth - NUMBER_WIDTH;
  const numbers = entries.map(({ count }) => numberOf(count, whole, share));
  const rows = entries.map(({ label: name, count, style }, index) => {
    const top = PAD + index * ROW;
    const width = Math.max(count === 0 ? 0 : 2, (count / most) * longest);
    const shape = { x: labelWidth, y: top + 3, width, height: ROW - 10 };
    const number = numbers[index] ?? '';
    return (
      label(0, top + 17, name) +
      (count === 0 ? '' : bar(shape, style, `${name}: ${number}`)) +
      label(labelWidth + width + 7, top + 17, number, 'soft')
    );
  });
  const summary = entries.map(({ label: name }, index) => `${name} ${numbers[index] ?? ''}`).join('; ');
  return figure(title, 2 * PAD + entries.length * ROW, summary, rows.join(''));
}

function numberOf(count: number, whole: number, share: boolean): string {
  if (!share || whole === 0) return grouped(count);
  const part = (100 * count) / whole;
  const rounded = count === whole ? 100 : Math.min(99, Math.round(part));
  return `${grouped(count)} (${count > 0 && rounded === 0 ? '<1' : rounded} %)`;
}
