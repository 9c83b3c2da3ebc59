import { describe, expect, it } from 'vitest';
import { bmpFiles } from '../../../src/adapters/ffmpeg/bmp-stream.js';

/** A file that says that it is one, and how long it is. */
function bmp(length: number, fill: number): Buffer {
  const file = Buffer.alloc(length, fill);
  file.write('BM', 'latin1');
  file.writeUInt32LE(length, 2);
  return file;
}

/** The files in a stream that comes in pieces of so many bytes. */
async function files(stream: Buffer, piece: number, maxBytes = 1000): Promise<Buffer[]> {
  const pieces = Array.from({ length: Math.ceil(stream.length / piece) }, (_, index) =>
    stream.subarray(index * piece, (index + 1) * piece),
  );
  const found: Buffer[] = [];
  for await (const file of bmpFiles(
    (async function* () {
      await Promise.resolve();
      yield* pieces;
    })(),
    maxBytes,
  ))
    found.push(Buffer.from(file));
  return found;
}

describe('a stream of BMP files', () => {
  const [one, two, three] = [bmp(60, 1), bmp(60, 2), bmp(90, 3)];

  it.each([1, 5, 6, 7, 59, 60, 61, 1000])('is cut into files, in pieces of %i bytes', async (piece) => {
    expect(await files(Buffer.concat([one, two, three]), piece)).toEqual([one, two, three]);
  });

  it('leaves out a file that is not whole', async () => {
    expect(await files(Buffer.concat([one, two.subarray(0, 50)]), 64)).toEqual([one]);
  });

  it.each([
    ['something else', Buffer.from('P6 640 360 255 ')],
    ['a file that is too long', bmp(1001, 0)],
    ['a file without room for its header', Buffer.concat([Buffer.from('BM'), Buffer.alloc(8)])],
  ])('ends at %s', async (_, stream) => {
    await expect(files(stream, 100)).rejects.toThrow(RangeError);
  });
});
