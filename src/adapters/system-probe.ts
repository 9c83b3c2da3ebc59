import { FatalError } from '../errors.js';
import type { ProbeName } from './system.js';
import type { CodecFacts, OnnxRuntimeFacts, OpenCvFacts, Probed } from '../core/doctor/facts.js';

/** Entry of the child process of `facetag doctor`: tries one piece of native code and says how that went on stdout. */

async function tryOpenCv(): Promise<OpenCvFacts> {
  const { loadOpenCv } = await import('./opencv.js');
  const { version, imaging } = loadOpenCv();
  // A real piece of work: a processor without an instruction that the library was built for shows it here.
  const image = imaging.load({ data: Buffer.alloc(8 * 8 * 3), width: 8, height: 8 });
  const blob = imaging.blob([image], { width: 4, height: 4, scale: 1, mean: [0, 0, 0], bgr: true });
  blob.release();
  image.release();
  return { version };
}

async function tryOnnxRuntime(): Promise<OnnxRuntimeFacts> {
  const onnxruntime = await import('./onnxruntime.js');
  return await onnxruntime.tryOnnxRuntime();
}

async function tryPictures(): Promise<CodecFacts> {
  const { supportedFormats } = await import('./sharp.js');
  return supportedFormats();
}

const PROBES: Record<ProbeName, () => Promise<unknown>> = {
  opencv: tryOpenCv,
  onnxruntime: tryOnnxRuntime,
  pictures: tryPictures,
};

async function answer(name: string | undefined): Promise<Probed<unknown>> {
  try {
    return { state: 'works', value: await PROBES[name as ProbeName]() };
  } catch (error) {
    if (error instanceof FatalError) return { state: 'refused', message: error.message };
    const [reason = ''] = String(error).split('\n');
    return { state: 'crashed', message: `failed: ${reason}` };
  }
}

process.stdout.write(JSON.stringify(await answer(process.argv[2])));
