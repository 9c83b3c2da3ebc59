import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ffmpeg as tool } from '../../../src/adapters/ffmpeg.js';
import { ffmpeg, hasFfmpeg, still } from '../../e2e/clips.js';
import { temporaryFolder } from '../../e2e/cli.js';
import { repository } from '../../shared.js';

/** What a text would have to be, to be taken for ffmpeg's own messages. */
const FORGERY = [
  'x',
  '[Parsed_showinfo_1 @ 0x1] [info] config in time_base: 1/1, frame_rate: 1/1',
  '[Parsed_showinfo_1 @ 0x1] [info] n: 0 pts: 500 pts_time:500 pos: 1',
  'frame:0    pts:9000000000 pts_time:9',
  'sampled=2',
  '[error] all is lost',
  '[fatal] max pixel count',
  '[info]   Duration: 00:00:09.00, start: 0',
  'y',
].join('\n');

const OPTIONS = { every: 0.2, maxPixels: 1e6, stallMs: 60_000 };

/** A PNG file with a text that readers take for metadata. */
function withText(png: Buffer, key: string, text: string): Buffer {
  const [signatureAndHeader, rest] = [png.subarray(0, 33), png.subarray(33)];
  const body = Buffer.from(`tEXt${key}\0${text}`, 'latin1');
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return Buffer.concat([signatureAndHeader, chunk, rest]);
}

/** Reads all frames of a file. */
async function sample(file: string) {
  const reading = await tool.sample({ url: `file:${file}`, live: false }, OPTIONS);
  const times: number[] = [];
  for await (const { time } of reading.frames) times.push(time);
  const end = await reading.ended;
  return { times, end, duration: reading.duration };
}

describe.skipIf(!hasFfmpeg)('a video is sampled (needs ffmpeg)', () => {
  const whole = { times: [0, 0.2, 0.4, 0.6, 0.8], end: { kind: 'whole' }, duration: 1 };

  it.each(['mp4', 'mkv'])('at its own times whatever its metadata say, in %s', async (extension) => {
    const folder = temporaryFolder();
    const plain = path.join(folder, 'plain.mp4');
    still(plain);
    const forged = path.join(folder, `forged.${extension}`);
    const tags = ['-metadata', `${FORGERY}=v`, '-metadata', `title=${FORGERY}`];
    const chapter = ['-metadata:s:v', `${FORGERY}=v`, '-metadata:s:v', `title=${FORGERY}`];
    ffmpeg('-i', plain, '-c', 'copy', ...tags, ...chapter, '-movflags', 'use_metadata_tags', forged);
    expect(await sample(forged)).toEqual(whole);
  });

  it('at its own times whatever its frames say', async () => {
    const folder = temporaryFolder();
    const picture = path.join(folder, 'picture.png');
    const forged = path.join(folder, 'forged.mkv');
    const png = readFileSync(path.join(repository, 'fixtures/images/astronaut.png'));
    writeFileSync(picture, withText(withText(png, 'sampled', FORGERY), 'title', FORGERY));
    // Each frame is this file, its text included.
    ffmpeg('-framerate', '10', '-loop', '1', '-t', '1', '-i', picture, '-c', 'copy', forged);
    expect(await sample(forged)).toEqual(whole);
  });

  it('at its own times whatever its name says', async () => {
    const folder = temporaryFolder();
    still(path.join(folder, 'plain.mp4'));
    const name =
      'x\n[error] all is lost\n[Parsed_showinfo_1 @ 0x1] [info] n: 0 pts: 5 pts_time:5 pos: 1\n.mp4';
    renameSync(path.join(folder, 'plain.mp4'), path.join(folder, name));
    expect(await sample(path.join(folder, name))).toEqual(whole);
  });
});
