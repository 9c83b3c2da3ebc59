import { createFolderLock } from '../adapters/folder-lock.js';
import { kindAt, pictureFiles } from '../adapters/files.js';
import { loadOnnxRuntime } from '../adapters/onnxruntime.js';
import { loadOpenCv } from '../adapters/opencv.js';
import { readPathList } from '../adapters/path-list.js';
import { createPictures } from '../adapters/sharp.js';
import { quantizeModels } from '../commands/models/quantize.js';
import type { Look } from '../convert/quantize/samples.js';
import { variantDecoder } from '../convert/quantize/variants.js';
import { processImage } from '../picture/process-image.js';
import type { FlagsOf } from './flags.js';
import type { RunContext } from './handlers.js';
import { runModels } from './models.js';

/** What a run does unless it is told otherwise, with room for any picture. */
const SETTINGS = {
  maxDim: 720,
  maxPixels: 100_000_000,
  maxBytes: 500_000_000,
  maxMemory: 2e9,
  thorough: false,
  minFace: 0,
  turned: false,
} as const;

/**
 * Composition root of `facetag models quantize`, the one command whose own process runs nets: what breaks it has changed
 * nothing yet. @returns the exit code.
 */
export function runQuantize(
  { detector, calibrate, ...flags }: FlagsOf<'models quantize'>,
  [pack = '']: readonly string[],
  context: RunContext,
): Promise<number> {
  return runModels(flags, context, async (models) => {
    const loader = await loadOnnxRuntime();
    const { imaging, canvases } = loadOpenCv();
    const codec = createPictures();
    const writer = { write: () => Promise.reject(new Error('nothing is drawn here')) };
    const look: Look = async ({ path, name, variant }, { detector, attributes }) => {
      models.signal?.throwIfAborted();
      const decoder = variantDecoder(codec, variant);
      const nets = { detector, attributes };
      const tools = { files: pictureFiles, decoder, codec, canvases, writer, blurs: undefined };
      const source = { root: '', path, relativePath: name };
      const { failure, faces } = await processImage({ source }, { ...tools, ...nets }, SETTINGS);
      return failure ? undefined : faces;
    };
    const options = {
      pack,
      ...(detector !== undefined && { detector }),
      ...(calibrate !== undefined && { calibrate }),
    };
    return await quantizeModels(models, options, {
      cwd: process.cwd(),
      files: pictureFiles,
      isFolder: (place) => kindAt(place) === 'folder',
      readPathList: (source, separator) => readPathList(source, separator, models.tell),
      imaging,
      look,
      loader,
      lock: createFolderLock(),
    });
  });
}
