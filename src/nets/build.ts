import type { Calibration } from '../core/calibration.js';
import { FatalError } from '../errors.js';
import type { AttributeEstimator, Engine, FaceDetector, Imaging, Net } from '../ports.js';
import type { LanePack, NetFiles } from '../types.js';
import type { CropSpec, DetectorSpec, EstimatorSpec, NetSpec, PackSpec } from '../packs/spec.js';
import { CombinedEstimator, type Estimator } from './estimators.js';
import { faceCrop, type FaceCrop } from './face-crop.js';
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
    Promise.all(spec.estimators.map((each) => buildEstimator(pack, each, options))),
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

async function buildEstimator(
  pack: LanePack,
  spec: EstimatorSpec,
  { imaging, engine, flip = false }: BuildOptions,
): Promise<Estimator> {
  const { gives, batch } = spec;
  const load = (net: NetSpec) => engine.loadNet(netFiles(pack, net));
  switch (spec.family) {
    case 'tiny-xception': {
      const { ageGender } = spec.nets;
      const [net, crop] = await Promise.all([
        load(ageGender),
        buildCrop(spec.crop, ageGender, imaging, load),
      ]);
      const { TinyXceptionEstimator } = await import('./tiny-xception.js');
      return { gives, estimator: new TinyXceptionEstimator(net, spec, { imaging, batch, crop, flip }) };
    }
    case 'mobilenet-v1': {
      const { ageGender } = spec.nets;
      const [net, crop] = await Promise.all([
        load(ageGender),
        buildCrop(spec.crop, ageGender, imaging, load),
      ]);
      const { MobilenetV1Estimator } = await import('./mobilenet-v1.js');
      return { gives, estimator: new MobilenetV1Estimator(net, spec, { imaging, batch, crop, flip }) };
    }
    case 'face-expression': {
      const { expression } = spec.nets;
      const [net, crop] = await Promise.all([
        load(expression),
        buildCrop(spec.crop, expression, imaging, load),
      ]);
      const { FaceExpressionEstimator } = await import('./face-expression.js');
      return { gives, estimator: new FaceExpressionEstimator(net, spec, { imaging, batch, crop, flip }) };
    }
    case 'levi-hassner': {
      const { LeviHassnerEstimator } = await import('./levi-hassner.js');
      const { nets } = spec;
      const [gender, age, crop] = await Promise.all([
        load(nets.gender),
        load(nets.age),
        buildCrop(spec.crop, nets.gender, imaging, load),
      ]);
      const tools = { imaging, batch, crop, flip };
      return { gives, estimator: await LeviHassnerEstimator.create({ gender, age }, spec, tools) };
    }
  }
}

async function buildCrop(
  spec: CropSpec,
  input: NetSpec,
  imaging: Imaging,
  load: (net: NetSpec) => Promise<Net>,
): Promise<FaceCrop> {
  if (spec.kind !== 'landmark-box') return faceCrop(spec, input);
  const net = await load(spec.landmarks);
  const { landmarkCrop } = await import('./landmark-crop.js');
  return landmarkCrop(imaging, net, spec, input);
}

function netFiles(pack: LanePack, { weights }: NetSpec): NetFiles {
  const files = pack.nets[weights];
  if (files === undefined) throw new FatalError('INTERNAL', `Pack ${pack.name} came without ${weights}`);
  return files;
}
