import path from 'node:path';
import { pictureFiles } from '../../src/adapters/files.js';
import { loadOpenCv } from '../../src/adapters/opencv.js';
import { createPictures } from '../../src/adapters/sharp.js';
import type { BuiltPack } from '../../src/nets/build.js';
import { processImage } from '../../src/picture/process-image.js';
import type { Face } from '../../src/types.js';

const codec = createPictures();
/** No copies are asked for. */
const writer = { write: () => Promise.reject(new Error('A golden writes nothing')) };
const { canvases } = loadOpenCv();

/** The faces of one picture file, as a lane finds them; boxes in pixels of the original. */
export async function tagFile(
  file: string,
  pack: BuiltPack,
  maxDim: number,
  { turned = false } = {},
): Promise<readonly Face[]> {
  const { dir, base } = path.parse(file);
  const { faces, failure } = await processImage(
    { source: { root: dir, path: file, relativePath: base } },
    { files: pictureFiles, writer, decoder: codec, codec, canvases, ...pack },
    { maxDim, maxPixels: 1e8, maxBytes: 1e9, maxMemory: 2e9, thorough: false, turned, minFace: 0 },
  );
  if (failure) throw new Error(`${file}: ${failure.code}: ${failure.message}`);
  return faces;
}
