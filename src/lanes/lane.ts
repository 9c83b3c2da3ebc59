import { pictureFiles } from '../adapters/files.js';
import { readMemory } from '../adapters/memory.js';
import { loadOpenCv } from '../adapters/opencv.js';
import { createPictures } from '../adapters/sharp.js';
import { buildPack } from '../nets/build.js';
import { processImage, type ImagePorts } from '../picture/process-image.js';
import type { Engine, FileWriter } from '../ports.js';
import type { EngineName, LaneConfig } from '../types.js';
import { serveLane } from './serve.js';

/** Entry and composition root of a lane: everything is loaded once, then pictures are processed one after another. */
serveLane(process, {
  memory: readMemory,
  async build(config: LaneConfig) {
    const { imaging, engine, canvases } = loadOpenCv();
    const loading = buildPack(config.pack, {
      imaging,
      engine: await openEngine(config.engine, engine),
      minConfidence: config.minConfidence,
      flip: config.flip,
      smallFaces: config.smallFaces,
    });
    // Nets are read on another thread: meanwhile this one loads sharp, which takes as long.
    const codec = createPictures();
    const { detector, attributes } = await loading;
    const ports: ImagePorts = {
      files: pictureFiles,
      writer: await openWriter(config.copies),
      blurs: await openRule(config.copies),
      decoder: codec,
      codec,
      canvases,
      detector,
      attributes,
    };
    if (config.timed) return (await import('./stage-times.js')).timedProcessing(ports, config);
    return (task) => processImage(task, ports, config);
  },
});

async function openEngine(name: EngineName, opencv: Engine): Promise<Engine> {
  switch (name) {
    case 'opencv':
      return Promise.resolve(opencv);
    case 'onnxruntime': {
      const { loadOnnxRuntime } = await import('../adapters/onnxruntime.js');
      return await loadOnnxRuntime();
    }
  }
}

async function openWriter(copies: LaneConfig['copies']): Promise<FileWriter> {
  if (copies === undefined) return { write: () => Promise.reject(new Error('no output folder was named')) };
  const { openCopyWriter } = await import('../adapters/copy-writer.js');
  return openCopyWriter(copies.output, copies.expendable);
}

/** The parent has compiled it before, so that a mistake in it is told at once. */
async function openRule(copies: LaneConfig['copies']): Promise<ImagePorts['blurs']> {
  const where = copies?.drawing.blurred?.where;
  if (where === undefined) return undefined;
  const { compileFaceExpression } = await import('../core/expression.js');
  return compileFaceExpression(where, '--blur-where');
}
