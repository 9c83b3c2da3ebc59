import path from 'node:path';
import type { NetFormat } from '../types.js';
import { MadeFiles, sourceOf } from './made-files.js';
import type { ModelFile, NetSpec } from './spec.js';

/** What `models convert` writes: the format that every engine reads. */
export const CONVERTED_FORMAT = 'onnx' satisfies NetFormat;

/** `converted.json` beside the ONNX files that were made from a pack's Caffe, TensorFlow and TFJS nets. */
export const CONVERTED = new MadeFiles('converted.json', 1);

/** The name of a net's weights without its ending. */
export function stemOf({ weights }: NetSpec): string {
  return weights.slice(0, weights.length - path.extname(weights).length);
}

/** Name of the ONNX form of a net that is in another format. */
export function convertedName(net: NetSpec): string {
  return `${stemOf(net)}.onnx`;
}

/**
 * Absolute path of the ONNX form of a net; undefined when it has not been made or is out of date.
 * @param files the pack's.
 */
export async function convertedFile(
  folder: string,
  net: NetSpec,
  files: readonly ModelFile[],
): Promise<string | undefined> {
  const name = convertedName(net);
  const found = await CONVERTED.find(folder, name, sourceOf(net, files));
  return found && path.join(folder, name);
}
