import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FatalError } from '../errors.js';
import { fileStamp } from '../packs/file-stamp.js';
import { sourceOf } from '../packs/made-files.js';
import { attributeNets, findPack, loadManifest } from '../packs/manifest.js';
import { QUANTISED, quantisedName, type Quantisation, type QuantisedFile } from '../packs/quantised.js';
import { replaceFile } from '../packs/replace-file.js';
import type { NetSpec, PackSpec } from '../packs/spec.js';
import { readModel, writeModel } from './onnx/model.js';
import { upgraded } from './onnx/upgrade.js';
import { findLayers } from './quantize/layers.js';
import { quantiseModel } from './quantize/quantize-model.js';

/** An int8 form that comes with the project as its scales: what `models quantize` wrote about one that it let pass. */
interface ShippedForm extends Quantisation {
  readonly bytes: number;
  readonly sha256: string;
  readonly source: string;
  readonly converter: number;
}

const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/** `quantized.json` of `models quantize compact`, without what is of one machine: see docs/int8.md. */
const SHIPPED = path.join(packageRoot, 'models/compact-int8.json');

/**
 * Writes the int8 forms of the compact pack by scales that were chosen and judged when the project was made, in the same
 * bytes everywhere and without running a net. Those that somebody made with pictures of their own are replaced.
 *
 * @param outDir where the float forms are.
 * @returns names of the files that were written.
 * @throws {FatalError} INTERNAL where the scales are of other nets; MODEL_CORRUPT where a result is not what is pinned.
 */
export async function quantiseCompact({ outDir }: { readonly outDir: string }): Promise<readonly string[]> {
  const pack = findPack(await loadManifest({ packageRoot }), 'compact');
  const { files } = JSON.parse(await readFile(SHIPPED, 'utf8')) as { files: Record<string, ShippedForm> };
  const made: Record<string, QuantisedFile> = {};
  for (const net of netsOf(pack)) {
    const name = quantisedName(net);
    const form = files[name];
    if (form?.source !== sourceOf(net, pack.files) || form.converter !== QUANTISED.version) {
      throw new FatalError(
        'INTERNAL',
        `models/compact-int8.json is not of the ${net.weights} in the manifest`,
      );
    }
    const model = quantised(await readFile(path.join(outDir, net.weights)), form);
    const sha256 = createHash('sha256').update(model).digest('hex');
    if (sha256 !== form.sha256) {
      throw new FatalError('MODEL_CORRUPT', `${name} has the sha256 ${sha256}, not ${form.sha256}`);
    }
    await replaceFile(path.join(outDir, name), model);
    made[name] = { ...form, ...fileStamp(await stat(path.join(outDir, name))) };
  }
  await QUANTISED.record(outDir, made);
  return Object.keys(made);
}

function netsOf(pack: PackSpec): NetSpec[] {
  const nets = [...Object.values(pack.detectors).map(({ net }) => net), ...attributeNets(pack)];
  return [...new Map(nets.map((net) => [net.weights, net])).values()];
}

function quantised(bytes: Uint8Array, { floatLayers, ranges }: Quantisation): Uint8Array {
  const model = upgraded(readModel(bytes));
  const all = findLayers(model);
  const layers = new Set(all.map(({ name }) => name).filter((name) => !floatLayers.includes(name)));
  const plan = {
    layers,
    ranges: new Map(Object.entries(ranges).map(([name, [low, high]]) => [name, { low, high }])),
  };
  return writeModel(quantiseModel(model, all, plan));
}
