/** Child process of the fuzzer: decodes one damaged picture after another, so that a crash costs one of them. */
import { pathToFileURL } from 'node:url';
import type { PictureDecoder } from '../../src/ports.js';
import type { DecodedPicture } from '../../src/types.js';
import { KINDS, MUTATIONS, type Kind } from './mutations.js';
import { Random } from './random.js';
import { makeSpecimens } from './specimens.js';
import { looksDifferent, type Verdict } from './verdict.js';

/** To the child: which picture of the sequence. */
export interface Question {
  readonly seed: number;
  readonly index: number;
}

export interface Answer {
  readonly index: number;
  readonly specimen: string;
  readonly kind: Kind;
  readonly verdict: Verdict;
}

const [, , decoderModule = '', thoroughness] = process.argv;
const LIMITS = { maxDim: 720, maxPixels: 1e8, maxMemory: 1.5e9, thorough: thoroughness === 'thorough' };

const { createPictures } = (await import(pathToFileURL(decoderModule).href)) as {
  createPictures: () => PictureDecoder;
};
const decoder = createPictures();
const specimens = await makeSpecimens();
const originals = await Promise.all(specimens.map(({ bytes }) => decoder.decode(bytes, LIMITS)));

process.on('message', (question) => {
  void answer(question as Question);
});
process.send?.('ready');

async function answer({ seed, index }: Question): Promise<void> {
  const random = new Random(seed * 1_000_003 + index);
  const which = random.below(specimens.length);
  const kind = random.pick(KINDS);
  const [specimen, original] = [specimens[which], originals[which]];
  if (!specimen || !original) throw new Error('no such specimen');
  // Asked before it is decoded: after a death the parent still knows what it was.
  process.send?.({ index, specimen: specimen.name, kind, verdict: 'death' } satisfies Answer);
  const bytes = MUTATIONS[kind](specimen.bytes, random, specimen.other);
  const verdict = await judge(bytes, original);
  process.send?.({ index, specimen: specimen.name, kind, verdict } satisfies Answer);
  process.send?.('next');
}

async function judge(bytes: Buffer, original: DecodedPicture): Promise<Verdict> {
  let picture: DecodedPicture;
  try {
    picture = await decoder.decode(bytes, LIMITS);
  } catch (error) {
    return error instanceof Error && error.name === 'ImageError' ? 'refused' : 'thrown';
  }
  if (!looksDifferent(picture.raster, original.raster)) return 'harmless';
  return picture.warnings ? 'warned' : 'wrong ok';
}
