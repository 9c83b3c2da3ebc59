import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { FatalError } from '../errors.js';
import { fileStamp, isUnchanged } from './file-stamp.js';
import type { FileStamp } from './file-stamp.js';
import { ifWritable } from './if-writable.js';
import { inspectFile, statOrNothing } from './inspect-file.js';
import { replaceJson } from './replace-json.js';
import type { ModelFile, NetSpec } from './spec.js';

/** `converted.json` beside the ONNX files that were made from a pack's Caffe and TensorFlow nets. */
const RECORD = 'converted.json';

/** Goes up when the converter writes other files for the same net: what an older one wrote is then made again. */
export const CONVERTER_VERSION = 1;

/** One ONNX file that the converter wrote. */
export interface ConvertedFile extends FileStamp {
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
 * Paths of the ONNX forms of these nets by name, for an engine that reads nothing else.
 * @param files the pack's.
 * @param remedy the command that converts the pack.
 * @throws {FatalError} MODEL_MISSING when a net has not been converted or what was converted is out of date.
 */
export async function convertedFiles(
  folder: string,
  nets: readonly NetSpec[],
  files: readonly ModelFile[],
  remedy: string,
): Promise<Record<string, string>> {
  const record = await readConverted(folder);
  const found: Record<string, string> = {};
  const renewed: Record<string, ConvertedFile> = {};
  for (const net of nets.filter(({ format }) => format !== 'onnx')) {
    const name = convertedName(net);
    const full = path.join(folder, name);
    const known = record[name];
    const current = await currentForm(full, known, sourceOf(net, files));
    if (current === undefined) {
      throw new FatalError(
        'MODEL_MISSING',
        `The onnxruntime engine needs ${net.weights} as ONNX, which has not been made yet.\nMake it with: ${remedy}`,
      );
    }
    found[name] = full;
    if (current !== known) renewed[name] = current;
  }
  if (Object.keys(renewed).length > 0) await ifWritable(() => recordConverted(folder, renewed));
  return found;
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
