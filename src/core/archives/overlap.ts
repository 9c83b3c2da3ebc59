/** Bytes of a file: from `start` to before `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Whether any two of these share a byte. */
export function anyOverlap(spans: readonly Span[]): boolean {
  const inOrder = spans.toSorted((a, b) => a.start - b.start);
  return inOrder.some(({ start }, index) => start < (inOrder[index - 1]?.end ?? 0));
}
