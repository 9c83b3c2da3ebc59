import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { NetFormat } from '../types.js';
import { fileStamp, isUnchanged } from './file-stamp.js';
import type { ModelStamp } from './file-stamp.js';
import { ifWritable } from './if-writable.js';
import { inspectFile, statOrNothing } from './inspect-file.js';
import { replaceJson } from './replace-json.js';
import type { ModelFile, NetSpec } from './spec.js';

/** `converted.json` beside the ONNX files that were made from a pack's Caffe and TensorFlow nets. */
const RECORD = 'converted.json';

/** What `models convert` writes: the format that every engine reads. */
export const CONVERTED_FORMAT = 'onnx' satisfies NetFormat;

/** Goes up when the converter writes other files for the same net: what an older one wrote is then made again. */
export const CONVERTER_VERSION = 1;

/** One ONNX file that the converter wrote. */
export interface ConvertedFile extends ModelStamp {
  readonly sha256: string;
  /** What it was made from: see `sourceOf`. */
  readonly source: string;
  readonly converter: number;
}

export type ConvertedRecord = Readonly<Record<string, ConvertedFile>>;

/** Name of the ONNX form of a net that is in another format. */
export function convertedName(net: NetSpec): string {
  return `${net.weights.slice(0, net.weights.length - path.extname(net.weights).length)}.onnx`;
}

/** sha256 of the files of the pack that a net consists of, joined. */
export function sourceOf(net: NetSpec, files: readonly ModelFile[]): string {
  const names = [net.weights, net.definition];
  return names.flatMap((name) => files.find((file) => file.name === name)?.sha256 ?? []).join('+');
}

async function readConverted(folder: string): Promise<ConvertedRecord> {
  try {
    const parsed = JSON.parse(await readFile(path.join(folder, RECORD), 'utf8')) as {
      files?: ConvertedRecord;
    };
    return parsed.files ?? {};
  } catch {
    return {};
  }
}

export async function recordConverted(folder: string, converted: ConvertedRecord): Promise<void> {
  const files = { ...(await readConverted(folder)), ...converted };
  await replaceJson(path.join(folder, RECORD), { schemaVersion: 1, files });
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
  const file = path.join(folder, name);
  const known = (await readConverted(folder))[name];
  const current = await currentForm(file, known, sourceOf(net, files));
  if (current === undefined) return undefined;
  if (current !== known) await ifWritable(() => recordConverted(folder, { [name]: current }));
  return file;
}

/** The record of a file that is what the converter wrote, read again only when it was touched; else undefined. */
async function currentForm(
  file: string,
  known: ConvertedFile | undefined,
  source: string,
): Promise<ConvertedFile | undefined> {
  if (known?.source !== source || known.converter !== CONVERTER_VERSION) return undefined;
  const stats = await statOrNothing(file);
  if (stats !== undefined && isUnchanged(known, stats)) return known;
  const check = await inspectFile(file, known);
  return check.state === 'ok' ? { ...known, ...fileStamp(check.stats) } : undefined;
}
