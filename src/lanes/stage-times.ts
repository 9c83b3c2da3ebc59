import { processImage, type ImagePorts, type ImageSettings } from '../picture/process-image.js';
import type { TIMED_STAGES } from '../types.js';
import type { ProcessImage } from './serve.js';

type TimedStage = (typeof TIMED_STAGES)[number];

/** As `processImage`, and each report says how long the stages took. A lane has one picture at a time. */
export function timedProcessing(ports: ImagePorts, settings: ImageSettings): ProcessImage {
  let ms: Partial<Record<TimedStage, number>> = {};
  const timed =
    <A extends readonly unknown[], R>(stage: TimedStage, work: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      const begun = performance.now();
      try {
        return await work(...given);
      } finally {
        ms[stage] = (ms[stage] ?? 0) + performance.now() - begun;
      }
    };
  const { files, decoder, detector, attributes } = ports;
  const measured: ImagePorts = {
    ...ports,
    files: { ...files, read: timed('read', files.read.bind(files)) },
    decoder: { decode: timed('decode', decoder.decode.bind(decoder)) },
    detector: { detect: timed('detect', detector.detect.bind(detector)) },
    attributes: { estimate: timed('attributes', attributes.estimate.bind(attributes)) },
  };
  return async (task) => {
    ms = {};
    const begun = performance.now();
    const report = await processImage(task, measured, settings);
    // Copies are what is left: decoding at the full size, drawing, encoding, writing.
    const rest = Object.values(ms).reduce((left, stage) => left - stage, performance.now() - begun);
    return { ...report, stageMs: task.copies ? { ...ms, annotate: rest } : ms };
  };
}
