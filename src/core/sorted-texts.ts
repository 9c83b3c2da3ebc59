/** Index of the last of texts, sorted by UTF-16 code units, that is not above this one; -1 where all are. */
export function lastUpTo(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') <= text) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Index of a text among sorted ones; undefined where it is not there. */
export function indexOf(sorted: readonly string[], text: string): number | undefined {
  const index = lastUpTo(sorted, text);
  return sorted[index] === text ? index : undefined;
}
