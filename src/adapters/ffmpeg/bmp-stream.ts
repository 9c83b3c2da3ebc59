/** The signature and, from byte 2 on, the length of the file. */
const HEADER = 6;

/**
 * Cuts a stream of BMP files, one behind another, into files.
 *
 * @param maxBytes a file that says that it is longer ends the stream.
 * @returns each in the same buffer as the one before, where they are of one length. A file that is not whole is left out.
 * @throws {RangeError} for anything but such a stream.
 */
export async function* bmpFiles(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Buffer> {
  let file = Buffer.alloc(0);
  let length = 0;
  const header = Buffer.alloc(HEADER);
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      if (length < HEADER) {
        const taken = chunk.subarray(at, at + HEADER - length);
        header.set(taken, length);
        length += taken.length;
        at += taken.length;
        if (length < HEADER) break;
        const whole = wholeLength(header, maxBytes);
        if (file.length !== whole) file = Buffer.allocUnsafe(whole);
        header.copy(file);
      }
      const taken = chunk.subarray(at, at + file.length - length);
      file.set(taken, length);
      length += taken.length;
      at += taken.length;
      if (length === file.length) {
        yield file;
        length = 0;
      }
    }
  }
}

function wholeLength(header: Buffer, maxBytes: number): number {
  const whole = header.readUInt32LE(2);
  if (header.toString('latin1', 0, 2) === 'BM' && whole > HEADER && whole <= maxBytes) return whole;
  throw new RangeError('ffmpeg gave something else than frames');
}
