import type { Estimate, Share } from '../intervals.js';
import { countText, decimalText, shareRange, shareText, yearsRange } from './figure-text.js';
import { columns } from './table.js';

/** Columns of a table of figures. */
export const FIGURE_COLUMNS = columns('', 'figure', '95 % interval', 'faces');

/** A row of such a table; none where there is no figure. */
export function shareRow(name: string, share: Share | undefined): string[][] {
  return share ? [[name, shareText(share.share), shareRange(share), countText(share)]] : [];
}

export function estimatedShareRow(name: string, estimate: Estimate, faces: number): string[][] {
  return [[name, shareText(estimate.value), shareRange(estimate), `${faces}`]];
}

export function yearsRow(name: string, estimate: Estimate, faces: number): string[][] {
  return [[name, `${decimalText(estimate.value, 2)} years`, yearsRange(estimate), `${faces}`]];
}

/** A figure that has no interval. */
export function plainRow(name: string, figure: string, note = ''): string[][] {
  return [[name, figure, '', note]];
}
