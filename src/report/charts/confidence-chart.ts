import { countOf } from '../../core/count-of.js';
import { CONFIDENCE_BINS, type ReportTally } from '../report-tally.js';
import { bar, baseline, brief, CHART_WIDTH, figure, label } from './svg.js';

const TOP = 18;
const PLOT = 112;
const HEIGHT = TOP + PLOT + 22;
const GAP = 3;
/** With more bars a number above each has no room. */
const MOST_NUMBERED = 12;

/** Faces by the detector's confidence, from the lowest that there is. */
export function confidenceChart({ confidence }: ReportTally): string {
  // Whole tenths, so that the axis begins at a round number.
  const found = confidence.findIndex((count) => count > 0);
  const first = Math.min(CONFIDENCE_BINS - 2, Math.max(0, found - (found % 2)));
  const bins = confidence.slice(first);
  const most = Math.max(1, ...bins);
  const pitch = CHART_WIDTH / bins.length;
  const shapes = bins.map((count, index) => {
    if (count === 0) return '';
    const height = Math.max(2, (count / most) * PLOT);
    const shape = { x: index * pitch + GAP / 2, y: TOP + PLOT - height, width: pitch - GAP, height };
    const number = bins.length > MOST_NUMBERED ? '' : brief(count);
    return (
      bar(shape, 'count', `${rangeOf(first + index)}: ${count}`) +
      label((index + 0.5) * pitch, shape.y - 5, number, 'mid')
    );
  });
  const ticks = bins.flatMap((_, index) => {
    const bin = first + index;
    if (bin % 2 !== 0 || (bins.length > MOST_NUMBERED && bin % 4 !== 0)) return [];
    return [
      label(index * pitch, HEIGHT - 6, (bin / CONFIDENCE_BINS).toFixed(1), index === 0 ? 'soft' : 'mid soft'),
    ];
  });
  const end = label(CHART_WIDTH, HEIGHT - 6, '1.0', 'end soft');
  const summary = confidence
    .flatMap((count, bin) => (count === 0 ? [] : [`${rangeOf(bin)}: ${countOf(count, 'face')}`]))
    .join('; ');
  const drawn = [...shapes, ...ticks, end, baseline(TOP + PLOT)].join('');
  return figure('Confidence of detection', HEIGHT, summary || 'no faces', drawn);
}

const rangeOf = (bin: number): string =>
  `${(bin / CONFIDENCE_BINS).toFixed(2)}-${((bin + 1) / CONFIDENCE_BINS).toFixed(2)}`;
