import { performance } from 'node:perf_hooks';
import type { Engine, EngineImage, Imaging } from '../../src/ports.js';

/** Adds up time by stage. */
export class Stopwatch {
  readonly #ms = new Map<string, number>();

  /** Runs some work and adds its time; that of a promise until it settles. */
  time<T>(stage: string, work: () => T): T {
    const begin = performance.now();
    const stop = (): void => {
      this.#ms.set(stage, (this.#ms.get(stage) ?? 0) + performance.now() - begin);
    };
    const result = work();
    if (result instanceof Promise) return result.finally(stop) as T;
    stop();
    return result;
  }

  /** Milliseconds by stage since the last call. */
  take(): Map<string, number> {
    const taken = new Map(this.#ms);
    this.#ms.clear();
    return taken;
  }
}

/** Loading, scaling, cropping and the making of blobs count as `blob`. */
export function timedImaging(imaging: Imaging, watch: Stopwatch): Imaging {
  return {
    load: (raster) =>
      timedImage(
        watch.time('blob', () => imaging.load(raster)),
        watch,
      ),
    blob: (images, spec) => watch.time('blob', () => imaging.blob(images, spec)),
  };
}

/** Changed in place: the adapter takes its own class of image only. */
function timedImage(image: EngineImage, watch: Stopwatch): EngineImage {
  const resize = image.resize.bind(image);
  const crop = image.crop.bind(image);
  const pad = image.pad.bind(image);
  const timed = (make: () => EngineImage): EngineImage => timedImage(watch.time('blob', make), watch);
  return Object.assign(image, {
    resize: (...args: Parameters<typeof resize>) => timed(() => resize(...args)),
    crop: (...args: Parameters<typeof crop>) => timed(() => crop(...args)),
    pad: (...args: Parameters<typeof pad>) => timed(() => pad(...args)),
  });
}

/** The first net that a pack loads is its detector, the others are attribute nets. */
export function timedEngine(engine: Engine, watch: Stopwatch): Engine {
  let loaded = 0;
  return {
    name: engine.name,
    reads: engine.reads,
    async loadNet(files) {
      const stage = loaded === 0 ? 'detect' : 'attributes';
      loaded += 1;
      const net = await engine.loadNet(files);
      return { forward: (blob, outputs) => watch.time(stage, () => net.forward(blob, outputs)) };
    },
  };
}
