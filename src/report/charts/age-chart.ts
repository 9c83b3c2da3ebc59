import { countOf } from '../../core/count-of.js';
import { AGE_GROUPS, GENDERS, type Gender } from '../../types.js';
import { wordOf, type ReportTally } from '../report-tally.js';
import { bar, baseline, brief, CHART_WIDTH, figure, key, label } from './svg.js';

const TOP = 18;
const PLOT = 112;
const HEIGHT = TOP + PLOT + 22;
const GAP = 8;

/** Female first: at the foot of each bar. */
const STACKED: readonly Gender[] = [...GENDERS].reverse();

/** Faces by age group, each bar divided by gender. */
export function ageChart(tally: ReportTally): string {
  const groups = AGE_GROUPS.map((age) => {
    const parts = STACKED.map((gender) => ({ gender, count: tally.ages(gender, age) }));
    return { age: wordOf(age), parts, total: parts.reduce((sum, { count }) => sum + count, 0) };
  });
  const most = Math.max(1, ...groups.map(({ total }) => total));
  const pitch = CHART_WIDTH / groups.length;
  const shapes = groups.map(({ age, parts, total }, index) => {
    let top = TOP + PLOT;
    const middle = (index + 0.5) * pitch;
    const bars = parts.map(({ gender, count }) => {
      const height = (count / most) * PLOT;
      top -= height;
      const shape = { x: index * pitch + GAP / 2, y: top, width: pitch - GAP, height };
      return count === 0 ? '' : bar(shape, gender.toLowerCase(), `${age}: ${count} ${gender.toLowerCase()}`);
    });
    const above = total === 0 ? '' : label(middle, top - 5, brief(total), 'mid');
    return bars.join('') + above + label(middle, HEIGHT - 6, age, 'mid soft');
  });
  const summary = groups
    .map(({ age, parts, total }) => {
      const by = parts.map(({ gender, count }) => `${count} ${gender.toLowerCase()}`).join(', ');
      return `${age}: ${total === 0 ? 'none' : `${countOf(total, 'face')} (${by})`}`;
    })
    .join('; ');
  const legend = STACKED.map((gender) => key(gender.toLowerCase(), gender)).join('');
  return figure(
    'Age groups, an age between two in the nearer',
    HEIGHT,
    summary,
    shapes.join('') + baseline(TOP + PLOT),
    legend,
  );
}
