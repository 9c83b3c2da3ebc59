/** The longest delay that a timer can have; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** An answer that is awaited: the first one counts, and after the time limit `late` gives it. */
export class Pending<T> {
  readonly answer: Promise<T>;
  settle!: (answer: T) => void;

  constructor(timeoutMs: number, late: () => T) {
    this.answer = new Promise((resolve) => {
      const timer = setTimeout(
        () => {
          resolve(late());
        },
        Math.min(timeoutMs, MAX_TIMER_MS),
      );
      this.settle = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
    });
  }
}
