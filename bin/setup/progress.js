// @ts-check

/** Milliseconds between two counts: on a terminal, where one takes the other's place, and in a log. */
const ON_TERMINAL = 1000;
const IN_LOG = 30_000;

/**
 * Shows how far a step is: on a terminal behind the words that stand there, elsewhere in lines of their own.
 * @param {() => string} progress Such as `12 of 42 files`.
 * @param {Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean }} stream
 * @returns {(text: string) => void} Ends it with the words that come last.
 */
export function showProgress(progress, stream) {
  const { isTTY = false } = stream;
  let width = 0;
  let hasLines = false;
  /** @param {string} text */
  const replace = (text) => {
    const rest = Math.max(0, width - text.length);
    stream.write('\b'.repeat(width) + text + ' '.repeat(rest) + '\b'.repeat(rest));
    width = text.length;
  };
  /** @param {string} text */
  const addLine = (text) => {
    stream.write(`${hasLines ? '' : '\n'}facetag set-up: ${text}\n`);
    hasLines = true;
  };
  const timer = setInterval(
    () => (isTTY ? replace(progress()) : addLine(progress())),
    isTTY ? ON_TERMINAL : IN_LOG,
  );
  return (text) => {
    clearInterval(timer);
    if (isTTY) replace(text);
    else stream.write(hasLines ? `facetag set-up: ${text}` : text);
    stream.write('\n');
  };
}
