import { buildPack, type BuiltPack } from '../../nets/build.js';
import type { Engine, FaceDetector, Imaging, Net } from '../../ports.js';
import type { Detection, Face, LanePack } from '../../types.js';
import type { Look, Sample } from './samples.js';

export interface TrialPorts {
  readonly imaging: Imaging;
  readonly look: Look;
}

/** What a pack says of one picture. */
export interface Answer {
  /** Undefined when the picture cannot be read, or the nets gave no numbers. */
  readonly faces: readonly Face[] | undefined;
  /** What the detector found, in pixels of what it was given. */
  readonly detections: readonly Detection[];
}

/** What a pack answers on some pictures, with any of its nets replaced. */
export class Trial {
  /**
   * @param lanePack its nets are known by the paths of their files.
   * @param nets the float ones, by those paths.
   */
  constructor(
    private readonly lanePack: LanePack,
    private readonly nets: ReadonlyMap<string, Net>,
    private readonly minConfidence: number,
    private readonly ports: TrialPorts,
  ) {}

  /**
   * @param replaced nets that take the places of float ones, by the paths of those.
   * @param given answers whose detections are taken over: the detector does not run then.
   */
  async answers(
    samples: readonly Sample[],
    replaced: ReadonlyMap<string, Net> = new Map<string, Net>(),
    given?: readonly Answer[],
  ): Promise<readonly Answer[]> {
    const pack = await this.#build(new Map([...this.nets, ...replaced]));
    const answers: Answer[] = [];
    for (const [index, sample] of samples.entries()) {
      const known = given?.[index]?.detections;
      const detector = new NotedDetector(known ? { detect: () => Promise.resolve(known) } : pack.detector);
      const faces = await this.ports.look(sample, { ...pack, detector });
      answers.push({ faces, detections: detector.found });
    }
    return answers;
  }

  #build(nets: ReadonlyMap<string, Net>): Promise<BuiltPack> {
    const { imaging } = this.ports;
    return buildPack(this.lanePack, { imaging, engine: engineOf(nets), minConfidence: this.minConfidence });
  }
}

/** Keeps what a detector finds. */
class NotedDetector implements FaceDetector {
  found: readonly Detection[] = [];

  constructor(private readonly detector: FaceDetector) {}

  async detect(raster: Parameters<FaceDetector['detect']>[0]): Promise<readonly Detection[]> {
    this.found = await this.detector.detect(raster);
    return this.found;
  }
}

/** Nets in memory, as an engine. */
function engineOf(nets: ReadonlyMap<string, Net>): Engine {
  return {
    name: 'onnxruntime',
    reads: ['onnx'],
    loadNet: ({ weights }) => {
      const net = nets.get(weights);
      return net ? Promise.resolve(net) : Promise.reject(new Error(`There is no net ${weights}`));
    },
  };
}
