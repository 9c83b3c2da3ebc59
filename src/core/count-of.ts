/** `1 face`, `2 faces`; `2 copies`, given both forms. */
export function countOf(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
