import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../core/thrown.js';
import { FatalError } from '../../errors.js';
import { decodeWeights, weightsManifestSchema } from './decode-weights.js';
import type { TfjsWeights, WeightEntry } from './decode-weights.js';

/** One TFJS model: the file `<name>.bin` described by `<name>-weights_manifest.json`, and the hash it must have. */
export interface TfjsSource {
  readonly name: string;
  readonly sha256: string;
}

/**
 * Reads a TFJS weights manifest and its data file.
 * @throws {FatalError} MODEL_CORRUPT naming the file that is missing, changed or unreadable.
 */
export async function readTfjsWeights(folder: string, source: TfjsSource): Promise<TfjsWeights> {
  const binPath = path.join(folder, `${source.name}.bin`);
  const manifestPath = path.join(folder, `${source.name}-weights_manifest.json`);
  const bin = await read(binPath);
  const sha256 = createHash('sha256').update(bin).digest('hex');
  if (sha256 !== source.sha256) throw corrupt(binPath, `its sha256 is ${sha256}, not ${source.sha256}`);
  const entries = parseManifest(manifestPath, await read(manifestPath));
  try {
    return decodeWeights(bin, entries);
  } catch (cause) {
    throw corrupt(binPath, messageOf(cause), cause);
  }
}

function parseManifest(file: string, bytes: Buffer): readonly WeightEntry[] {
  try {
    return weightsManifestSchema.parse(JSON.parse(bytes.toString()))[0].weights;
  } catch (cause) {
    throw corrupt(file, 'it is no TFJS weights manifest', cause);
  }
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw corrupt(file, 'it cannot be read', cause);
  }
}

function corrupt(file: string, what: string, cause?: unknown): FatalError {
  return new FatalError(
    'MODEL_CORRUPT',
    `${file} is not the weights file that facetag was made for: ${what}. Reinstall @vladmandic/face-api 1.7.15.`,
    { cause },
  );
}
