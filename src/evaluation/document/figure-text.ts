import type { Estimate, Share } from '../intervals.js';

/** What stands for a figure that there is none of. */
export const NONE = '-';

/** `91.7 %`. Only certainty itself reads `100.0 %`. */
export function shareText(share: number | undefined): string {
  return share === undefined ? NONE : `${points(share)} %`;
}

/** `0.913`. */
export function decimalText(value: number | undefined, decimals = 3): string {
  return value === undefined ? NONE : value.toFixed(decimals);
}

/** `64.6-98.5 %`. */
export function shareRange({ low, high }: Share | Estimate): string {
  return `${points(low)}-${points(high)} %`;
}

/** `3.9-5.8`, in years. */
export function yearsRange({ low, high }: Estimate): string {
  return `${low.toFixed(2)}-${high.toFixed(2)}`;
}

/** `91.7 (64.6-98.5)`, in percent. */
export function shareWithRange(share: Pick<Share, 'share' | 'low' | 'high'> | undefined): string {
  return share ? `${points(share.share)} (${points(share.low)}-${points(share.high)})` : NONE;
}

/** `4.79 (3.90-5.80)`. */
export function yearsWithRange(estimate: Estimate | undefined): string {
  return estimate ? `${estimate.value.toFixed(2)} (${yearsRange(estimate)})` : NONE;
}

/** `11 of 12`. */
export function countText({ count, of }: Share): string {
  return `${count} of ${of}`;
}

function points(share: number): string {
  return (share < 1 ? Math.min(99.9, share * 100) : 100).toFixed(1);
}
