import { Writable } from 'node:stream';
import type { TextStream } from '../../src/adapters/log.js';

/** A stderr that remembers what was written to it. */
export class FakeStream extends Writable implements TextStream {
  text = '';
  readonly isTTY: boolean;

  constructor(
    terminal: boolean,
    readonly columns = 120,
  ) {
    super({ decodeStrings: false });
    this.isTTY = terminal;
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk;
    done();
  }
}
