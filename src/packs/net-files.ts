import path from 'node:path';
import { ENGINE_READS } from '../core/engines.js';
import { FatalError } from '../errors.js';
import type { EngineName, NetFiles } from '../types.js';
import { CONVERTED_FORMAT, convertedFile } from './converted.js';
import { definitionPath } from './manifest.js';
import type { ModelFile, NetSpec } from './spec.js';

export interface NetPlaces {
  /** Absolute path of the pack's folder. */
  readonly folder: string;
  /** The same of an embedded pack that a file comes from. */
  readonly folderOf: (pack: string) => string;
  /** The pack's. */
  readonly files: readonly ModelFile[];
  readonly packageRoot: string;
  /** The command that converts the pack. */
  readonly remedy: string;
}

/**
 * The files of each net in a format that the engine reads, by the name of its weights: the pack's own, or what
 * `models convert` made of them.
 * @throws {FatalError} MODEL_MISSING when a net has not been converted or what was converted is out of date.
 */
export async function resolveNetFiles(
  nets: readonly NetSpec[],
  engine: EngineName,
  places: NetPlaces,
): Promise<Record<string, NetFiles>> {
  const found: Record<string, NetFiles> = {};
  for (const net of nets) {
    found[net.weights] = ENGINE_READS[engine].includes(net.format)
      ? filesAsTheyAre(net, places)
      : await convertedFiles(net, engine, places);
  }
  return found;
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
    `The ${engine} engine needs ${net.weights} as ONNX, which has not been made yet.\nMake it with: ${remedy}`,
  );
}
