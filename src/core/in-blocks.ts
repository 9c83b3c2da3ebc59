/** Characters written at once. */
const BLOCK = 1 << 16;

/** The same text in fewer, larger pieces: each costs a call of the system. */
export async function* inBlocks(parts: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let text = '';
  for await (const part of parts) {
    text += part;
    if (text.length < BLOCK) continue;
    yield text;
    text = '';
  }
  yield text;
}
