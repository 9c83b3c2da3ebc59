import path from 'node:path';
import { ENGINE_READS } from '../core/engines.js';
import { FatalError } from '../errors.js';
import type { EngineName, NetFiles, Precision } from '../types.js';
import { CONVERTED_FORMAT, convertedFile } from './converted.js';
import { sourceOf } from './made-files.js';
import { definitionPath } from './manifest.js';
import { QUANTISED, quantisedName } from './quantised.js';
import type { ModelFile, NetSpec } from './spec.js';

export interface NetPlaces {
  /** Absolute path of the pack's folder. */
  readonly folder: string;
  /** The same of an embedded pack that a file comes from. */
  readonly folderOf: (pack: string) => string;
  /** The pack's. */
  readonly files: readonly ModelFile[];
  readonly packageRoot: string;
  /** The command that converts or quantises the pack. */
  readonly remedy: (command: 'convert' | 'quantize') => string;
}

export interface ResolvedNets {
  /** By the name of the weights. */
  readonly nets: Readonly<Record<string, NetFiles>>;
  /** sha256 of those that were made on this machine and may differ from another's. */
  readonly made: readonly string[];
}

/**
 * The files of each net in a format that the engine reads and a precision: the pack's own, or what `models convert` or
 * `models quantize` made of them.
 * @throws {FatalError} MODEL_MISSING when a net has not been made, or what was made is damaged or out of date.
 */
export async function resolveNetFiles(
  nets: readonly NetSpec[],
  { engine, precision }: { readonly engine: EngineName; readonly precision: Precision },
  places: NetPlaces,
): Promise<ResolvedNets> {
  const found: Record<string, NetFiles> = {};
  const made = new Set<string>();
  for (const net of nets) {
    if (precision === 'int8') {
      const { files, sha256 } = await quantisedFiles(net, places);
      found[net.weights] = files;
      made.add(sha256);
    } else {
      found[net.weights] = ENGINE_READS[engine].includes(net.format)
        ? filesAsTheyAre(net, places)
        : await convertedFiles(net, engine, places);
    }
  }
  return { nets: found, made: [...made] };
}

async function quantisedFiles(
  net: NetSpec,
  { folder, files, remedy }: NetPlaces,
): Promise<{ readonly files: NetFiles; readonly sha256: string }> {
  const name = quantisedName(net);
  const known = await QUANTISED.find(folder, name, sourceOf(net, files));
  if (known !== undefined) {
    return { files: { format: CONVERTED_FORMAT, weights: path.join(folder, name) }, sha256: known.sha256 };
  }
  throw new FatalError(
    'MODEL_MISSING',
    `--precision int8 needs ${name} in ${folder}, which is missing, damaged or out of date.\n` +
      `Make it with: ${remedy('quantize')}`,
  );
}

function filesAsTheyAre(
  { format, weights, definition }: NetSpec,
  { folder, folderOf, files, packageRoot }: NetPlaces,
): NetFiles {
  const from = files.find(({ name }) => name === weights)?.from;
  return {
    format,
    weights: path.join(from === undefined ? folder : folderOf(from), weights),
    ...(definition !== undefined && { definition: definitionPath(definition, folder, packageRoot) }),
  };
}

async function convertedFiles(
  net: NetSpec,
  engine: EngineName,
  { folder, files, remedy }: NetPlaces,
): Promise<NetFiles> {
  const weights = await convertedFile(folder, net, files);
  if (weights !== undefined) return { format: CONVERTED_FORMAT, weights };
  throw new FatalError(
    'MODEL_MISSING',
    `The ${engine} engine needs ${net.weights} as ONNX, which has not been made yet.\nMake it with: ${remedy('convert')}`,
  );
}
