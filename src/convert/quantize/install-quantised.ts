import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { countOf } from '../../core/count-of.js';
import { formatBytes } from '../../core/format-bytes.js';
import { explainDiskFault } from '../../packs/disk-fault.js';
import { fileStamp } from '../../packs/file-stamp.js';
import { sourceOf } from '../../packs/made-files.js';
import { findPack } from '../../packs/manifest.js';
import type { FolderLock } from '../../packs/ports.js';
import {
  QUANTISED,
  quantisedName,
  type CalibrationFacts,
  type QuantisedFile,
} from '../../packs/quantised.js';
import { replaceFile } from '../../packs/replace-file.js';
import { packFolder, type Store } from '../../packs/store.js';
import type { Candidate } from './candidates.js';
import { describeDrift } from './drift.js';
import type { FloatNet } from './float-net.js';
import type { QuantisedNet, QuantisedNets } from './quantise-nets.js';
import { valuesToRange } from './quantize-model.js';
import { makeFolders } from '../../packs/make-folders.js';

/** Writes the int8 forms and what is known of them. @throws {FatalError} OUTPUT_UNUSABLE. */
export async function installQuantised(
  store: Store,
  name: string,
  results: readonly QuantisedNets[],
  facts: Omit<CalibrationFacts, 'faces'>,
  lock: FolderLock,
  signal?: AbortSignal,
): Promise<void> {
  const pack = findPack(store.manifest, name);
  const folder = packFolder(store, name, pack);
  const work = async (): Promise<void> => {
    const made: Record<string, QuantisedFile> = {};
    for (const { nets, faces } of results) {
      for (const { spec, model, chosen, net } of nets) {
        const file = path.join(folder, quantisedName(spec));
        await replaceFile(file, model);
        made[quantisedName(spec)] = {
          ...fileStamp(await stat(file)),
          sha256: createHash('sha256').update(model).digest('hex'),
          source: sourceOf(spec, pack.files),
          converter: QUANTISED.version,
          layers: net.layers.length,
          floatLayers: floatLayers({ net, chosen }),
          leftOut: chosen.leftOut,
          error: chosen.error,
          calibration: { ...facts, faces },
          ranges: rangesOf(net, chosen),
        };
      }
    }
    await QUANTISED.record(folder, made);
  };
  try {
    makeFolders(folder);
    await lock.hold(path.join(folder, '.lock'), work, signal ? { signal } : {});
  } catch (error) {
    throw await explainDiskFault(error, folder);
  }
}

function rangesOf(net: FloatNet, { layers, leftOut }: Candidate): QuantisedFile['ranges'] {
  const ranges = net.ranges(leftOut);
  const values = valuesToRange(net.layers.filter(({ name }) => layers.has(name)));
  return Object.fromEntries(
    [...values].flatMap((name) => {
      const range = ranges.get(name);
      return range ? [[name, [range.low, range.high]] as const] : [];
    }),
  );
}

function floatLayers({ net, chosen }: Pick<QuantisedNet, 'net' | 'chosen'>): string[] {
  return net.layers.map(({ name }) => name).filter((name) => !chosen.layers.has(name));
}

/** What became of a net, in a line. */
export function describeNet(net: QuantisedNet): string {
  const { spec, model, chosen, drift } = net;
  const left = floatLayers(net);
  const names = left.length > 6 ? [...left.slice(0, 6), '…'] : left;
  const float = left.length === 0 ? '' : `, ${left.length} of them in float (${names.join(' ')})`;
  const range = chosen.leftOut === 0 ? 'min-max' : `${100 * (1 - 2 * chosen.leftOut)} %`;
  return (
    `${quantisedName(spec)}: ${formatBytes(model.length)}, ${countOf(net.net.layers.length, 'layer')}${float}; ` +
    `scales by ${range}, error ${chosen.error.toFixed(3)}; ${describeDrift(drift)}`
  );
}
