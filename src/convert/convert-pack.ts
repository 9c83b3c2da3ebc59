import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../core/thrown.js';
import { ENGINE_READS } from '../core/engines.js';
import { FatalError } from '../errors.js';
import type { NetFormat } from '../types.js';
import { attributeNets, definitionPath, findDetector, findPack } from '../packs/manifest.js';
import type { NetSpec } from '../packs/spec.js';
import { installCommand, packFolder } from '../packs/store.js';
import type { Store } from '../packs/store.js';
import { CONVERTED, CONVERTED_FORMAT, convertedFile, convertedName } from '../packs/converted.js';
import { explainDiskFault } from '../packs/disk-fault.js';
import { fileStamp } from '../packs/file-stamp.js';
import { sourceOf } from '../packs/made-files.js';
import type { FolderLock } from '../packs/ports.js';
import { replaceFile } from '../packs/replace-file.js';
import { surveyPack, usableDetectors } from '../packs/survey.js';
import { caffeToOnnx } from './caffe/caffe-to-onnx.js';
import { parseCaffeNet } from './caffe/caffe-net.js';
import { readTensorflowWeights } from './caffe/tensorflow-weights.js';
import { readCaffeModel } from './caffe/weights.js';
import { readGraphModel } from './tfjs/graph-model.js';
import { mobilenetV1Graph } from './tfjs/mobilenet-v1-graph.js';
import { makeFolders } from '../packs/make-folders.js';

export interface ConvertedNet {
  /** Name of the ONNX file. */
  readonly name: string;
  readonly weights: string;
  /** False when it was there already and up to date. */
  readonly converted: boolean;
}

export interface ConvertOptions {
  /** Only the nets of this detector and the attributes; those of every installed one when absent. */
  readonly detector?: string;
  /** Only nets that no engine reads as they are. */
  readonly only?: 'unreadable';
  readonly signal?: AbortSignal;
}

/** The definition of the net that the 8-bit TensorFlow file holds the weights of. */
const RES10 = 'builtin:classic/res10.prototxt';

/**
 * Writes the Caffe, TensorFlow and TFJS nets of an installed pack as ONNX, beside the originals, for engines that read nothing
 * else. Nets that are converted already are left alone.
 * @throws {FatalError} USAGE; MODEL_MISSING when the pack is not installed; MODEL_CORRUPT when a net cannot be
 * converted; OUTPUT_UNUSABLE.
 */
export async function convertPack(
  store: Store,
  name: string,
  lock: FolderLock,
  options: ConvertOptions = {},
): Promise<readonly ConvertedNet[]> {
  const nets = (await installedNets(store, name, options.detector)).filter(
    ({ format }) => options.only !== 'unreadable' || !readAsIs(format),
  );
  const folder = packFolder(store, name, findPack(store.manifest, name));
  const work = async (): Promise<ConvertedNet[]> => {
    const results: ConvertedNet[] = [];
    for (const net of nets) {
      options.signal?.throwIfAborted();
      results.push(await convertNet(store, name, folder, net));
    }
    return results;
  };
  try {
    makeFolders(folder);
    return await lock.hold(path.join(folder, '.lock'), work, options);
  } catch (error) {
    throw await explainDiskFault(error, folder);
  }
}

function readAsIs(format: NetFormat): boolean {
  return Object.values(ENGINE_READS).some((formats) => formats.includes(format));
}

/** The nets that need converting, of detectors whose files are there. */
async function installedNets(store: Store, name: string, detector: string | undefined): Promise<NetSpec[]> {
  const pack = findPack(store.manifest, name);
  if (detector !== undefined) findDetector(pack, detector);
  const usable = usableDetectors(await surveyPack(store, name, pack));
  const chosen = usable.filter((each) => detector === undefined || each === detector);
  if (chosen.length === 0) {
    const remedy = installCommand(store, name, pack, detector);
    throw new FatalError('MODEL_MISSING', `Pack "${name}" is not installed.\nInstall it with: ${remedy}`);
  }
  const nets = [...chosen.map((each) => findDetector(pack, each).net), ...attributeNets(pack)];
  return nets.filter(({ format }) => format !== CONVERTED_FORMAT);
}

async function convertNet(store: Store, pack: string, folder: string, net: NetSpec): Promise<ConvertedNet> {
  const name = convertedName(net);
  const { files } = findPack(store.manifest, pack);
  if ((await convertedFile(folder, net, files)) !== undefined) {
    return { name, weights: net.weights, converted: false };
  }
  const onnx = await writeOnnx(store, folder, net);
  const sha256 = createHash('sha256').update(onnx).digest('hex');
  if (net.converted !== undefined && net.converted.sha256 !== sha256) {
    throw new FatalError(
      'MODEL_CORRUPT',
      `${net.weights} became ${onnx.length} bytes of ONNX with sha256 ${sha256}, not ${net.converted.sha256}. ` +
        `The manifest's "definition" or "converted" of this net is wrong.`,
    );
  }
  const file = path.join(folder, name);
  await replaceFile(file, onnx);
  await CONVERTED.record(folder, {
    [name]: {
      ...fileStamp(await stat(file)),
      sha256,
      source: sourceOf(net, files),
      converter: CONVERTED.version,
    },
  });
  return { name, weights: net.weights, converted: true };
}

/** @throws {FatalError} MODEL_CORRUPT naming the file and what about it cannot be converted. */
async function writeOnnx(store: Store, folder: string, net: NetSpec): Promise<Uint8Array> {
  const definition = net.format === 'tensorflow' ? RES10 : (net.definition ?? '');
  const [text, bytes] = await Promise.all([
    readFile(definitionPath(definition, folder, store.packageRoot), 'utf8'),
    readFile(path.join(folder, net.weights)),
  ]);
  try {
    return toOnnx(net.format, text, bytes);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new FatalError('MODEL_CORRUPT', `${net.weights} cannot be converted to ONNX: ${reason}`, { cause });
  }
}

function toOnnx(format: NetFormat, definition: string, weights: Buffer): Uint8Array {
  // The only graph model that a pack has: its layers are known by their names.
  if (format === 'tfjs') return mobilenetV1Graph(readGraphModel(definition, weights));
  const caffe = parseCaffeNet(definition);
  return caffeToOnnx(
    caffe,
    format === 'tensorflow' ? readTensorflowWeights(weights, caffe) : readCaffeModel(weights),
  );
}
