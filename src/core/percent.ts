/**
 * A share for people: `93 %`. Only certainty itself reads `100 %`.
 * @param share 0..1, with 4 decimals at most, as records have it.
 */
export function percent(share: number): string {
  // Hundredths of a percent are whole first: 0.285 * 100 is a hair below 28.5.
  const rounded = Math.round(Math.round(share * 1e4) / 100);
  return `${share < 1 ? Math.min(99, rounded) : 100} %`;
}
