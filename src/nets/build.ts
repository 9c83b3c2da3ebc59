import { FatalError } from '../errors.js';
import type { AttributeEstimator, Engine, FaceDetector, Imaging, NetFiles } from '../ports.js';
import type { LanePack } from '../types.js';
import { convertedName } from '../packs/converted.js';
import type { DetectorSpec, NetSpec, PackSpec } from '../packs/spec.js';

export interface BuildOptions {
  readonly imaging: Imaging;
  readonly engine: Engine;
  /** Detector threshold, 0..1. */
  readonly minConfidence: number;
  /** Share of the box size added on each side before the attribute nets. */
  readonly padding: number;
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
  const detectorSpec = spec.detectors[pack.detector];
  if (!detectorSpec) throw new FatalError('INTERNAL', `Pack ${pack.name} has no detector ${pack.detector}`);
  const [detector, attributes] = await Promise.all([
    buildDetector(pack, detectorSpec, options),
    buildAttributes(pack, spec.attributes, options),
  ]);
  return { detector, attributes };
}

async function buildDetector(
  pack: LanePack,
  spec: DetectorSpec,
  options: BuildOptions,
): Promise<FaceDetector> {
  const { imaging, engine, minConfidence } = options;
  const files = netFiles(pack, spec.net, engine);
  const net = await engine.loadNet(files);
  switch (spec.family) {
    case 'ssd-mobilenetv1': {
      const { SsdMobilenetDetector } = await import('./ssd-mobilenet.js');
      return new SsdMobilenetDetector(imaging, net, spec, { minConfidence });
    }
    case 'res10-ssd': {
      const { DETECTION_OUTPUT, Res10Detector } = await import('./res10.js');
      const { decodedInTypeScript } = await import('./ssd-decode.js');
      // ONNX has no DetectionOutput: what converted nets give is decoded here.
      const head =
        files.format === 'onnx' ? decodedInTypeScript(minConfidence, spec.nmsIou) : DETECTION_OUTPUT;
      return new Res10Detector(imaging, net, spec, { minConfidence }, head);
    }
  }
}

async function buildAttributes(
  pack: LanePack,
  spec: PackSpec['attributes'],
  options: BuildOptions,
): Promise<AttributeEstimator> {
  const { imaging, engine, padding } = options;
  switch (spec.family) {
    case 'tiny-xception': {
      const net = await engine.loadNet(netFiles(pack, spec.net, engine));
      const { TinyXceptionEstimator } = await import('./tiny-xception.js');
      return new TinyXceptionEstimator(imaging, net, spec, { padding });
    }
    case 'levi-hassner': {
      const { LeviHassnerEstimator } = await import('./levi-hassner.js');
      const [gender, age] = await Promise.all([
        engine.loadNet(netFiles(pack, spec.gender, engine)),
        engine.loadNet(netFiles(pack, spec.age, engine)),
      ]);
      return LeviHassnerEstimator.create(imaging, { gender, age }, spec, { padding });
    }
  }
}

/** The form of a net that this engine reads: onnxruntime gets what `models convert` made of Caffe and TensorFlow nets. */
function netFiles(pack: LanePack, net: NetSpec, engine: Engine): NetFiles {
  if (engine.name === 'onnxruntime' && net.format !== 'onnx') {
    return { format: 'onnx', weights: pathOf(pack, convertedName(net)) };
  }
  const definition = net.definition === undefined ? {} : { definition: pathOf(pack, net.definition) };
  return { format: net.format, weights: pathOf(pack, net.weights), ...definition };
}

function pathOf(pack: LanePack, name: string): string {
  const file = pack.files[name];
  if (file === undefined) throw new FatalError('INTERNAL', `Pack ${pack.name} came without ${name}`);
  return file;
}
