import type { Calibration } from '../core/calibration.js';
import { FatalError } from '../errors.js';
import type { AttributeEstimator, Engine, FaceDetector, Imaging, Net } from '../ports.js';
import type { LanePack, NetFiles } from '../types.js';
import type { DetectorSpec, NetSpec, PackSpec } from '../packs/spec.js';
import { buildEstimators } from './build-estimators.js';
import { CombinedEstimator } from './estimators.js';
import type { PartDetector } from './small-faces.js';

export interface BuildOptions {
  readonly imaging: Imaging;
  readonly engine: Engine;
  /** Detector threshold, 0..1. */
  readonly minConfidence: number;
  /** Whether each face is judged mirrored as well; no by default. */
  readonly flip?: boolean;
  /** Whether pictures are also looked at in parts; no by default. */
  readonly smallFaces?: boolean;
}

export interface BuiltPack {
  readonly detector: FaceDetector;
  readonly attributes: AttributeEstimator;
}

/**
 * Loads the nets of a pack, each exactly once. Only the families that the pack uses are imported.
 * @throws {FatalError} MODEL_CORRUPT when a net cannot be loaded or does not fit its entry in the manifest.
 */
export async function buildPack(pack: LanePack, options: BuildOptions): Promise<BuiltPack> {
  // Validated by the parent process, which made it from a manifest: lanes do without the schema library.
  const spec = pack.spec as PackSpec;
  const { imaging, flip = false, smallFaces = false } = options;
  const detectorSpec = spec.detectors[pack.detector];
  if (!detectorSpec) throw new FatalError('INTERNAL', `Pack ${pack.name} has no detector ${pack.detector}`);
  const [detector, estimators] = await Promise.all([
    buildDetector(pack, detectorSpec, options),
    buildEstimators(spec.estimators, { imaging, flip, load: loadOnce(pack, options.engine) }),
  ]);
  return {
    detector: smallFaces ? await withParts(detector, imaging) : detector,
    attributes: new CombinedEstimator(estimators, spec.combine ?? {}, calibrationOf(spec.calibration, flip)),
  };
}

/** Averaging makes a net less sure than it may be: that needs a temperature of its own. */
function calibrationOf(given: PackSpec['calibration'], flip: boolean): Calibration {
  const { flippedGenderTemperature, ...calibration } = given ?? {};
  if (!flip || flippedGenderTemperature === undefined) return calibration;
  return { ...calibration, genderTemperature: flippedGenderTemperature };
}

async function withParts(detector: PartDetector, imaging: Imaging): Promise<FaceDetector> {
  const { SmallFacesDetector } = await import('./small-faces.js');
  return new SmallFacesDetector(imaging, detector);
}

async function buildDetector(
  pack: LanePack,
  spec: DetectorSpec,
  options: BuildOptions,
): Promise<PartDetector> {
  const { imaging, engine, minConfidence } = options;
  const files = netFiles(pack, spec.net);
  const net = await engine.loadNet(files);
  switch (spec.family) {
    case 'ssd-mobilenetv1': {
      const { SsdMobilenetDetector } = await import('./ssd-mobilenet.js');
      return new SsdMobilenetDetector(imaging, net, spec, { minConfidence });
    }
    case 'yunet': {
      const { YunetDetector } = await import('./yunet.js');
      return new YunetDetector(imaging, net, spec, { minConfidence });
    }
    case 'res10-ssd': {
      const { detectionOutput, Res10Detector } = await import('./res10.js');
      const { decodedInTypeScript } = await import('./ssd-decode.js');
      // ONNX has no DetectionOutput: what converted nets give is decoded here.
      const head =
        files.format === 'onnx'
          ? decodedInTypeScript(minConfidence, spec.nmsIou)
          : detectionOutput(minConfidence);
      return new Res10Detector(imaging, net, spec, head);
    }
  }
}

/** Loads each net once, however many estimators use it: they run one after another. */
function loadOnce(pack: LanePack, engine: Engine): (net: NetSpec) => Promise<Net> {
  const nets = new Map<string, Promise<Net>>();
  return (net) => {
    const loading = nets.get(net.weights) ?? engine.loadNet(netFiles(pack, net));
    nets.set(net.weights, loading);
    return loading;
  };
}

function netFiles(pack: LanePack, { weights }: NetSpec): NetFiles {
  const files = pack.nets[weights];
  if (files === undefined) throw new FatalError('INTERNAL', `Pack ${pack.name} came without ${weights}`);
  return files;
}
