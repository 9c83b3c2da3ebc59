import { z } from 'zod';
import { messageOf } from '../core/thrown.js';
import { FatalError } from '../errors.js';
import { attributeNets } from './manifest.js';
import { manifestSchema } from './spec.js';
import type { Manifest, PackSpec } from './spec.js';

/**
 * Checks a manifest against the schema, and that every name in it refers to something.
 * @param origin where the text comes from, for messages.
 * @param owner a user's packs cannot be `embedded`: those are made at set-up.
 * @throws {FatalError} USAGE, naming each place that is wrong.
 */
export function parseManifest(text: string, origin: string, owner: 'facetag' | 'user' = 'facetag'): Manifest {
  const parsed = manifestSchema.safeParse(parseJson(text, origin));
  if (!parsed.success) throw invalid(origin, z.prettifyError(parsed.error));
  const problems = Object.entries(parsed.data.packs).flatMap(([name, pack]) =>
    [...danglingNames(pack), ...misplaced(pack, owner)].map(
      (problem) => `✖ ${problem}\n  → at packs.${name}`,
    ),
  );
  if (problems.length > 0) throw invalid(origin, problems.join('\n'));
  return parsed.data;
}

function parseJson(text: string, origin: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(origin, messageOf(error));
  }
}

function danglingNames(pack: PackSpec): string[] {
  const problems: string[] = [];
  const names = new Set(pack.files.map((file) => file.name));
  if (names.size < pack.files.length) problems.push('Two files have the same name');
  if (!Object.hasOwn(pack.detectors, pack.defaultDetector)) {
    problems.push(`defaultDetector "${pack.defaultDetector}" is not one of the detectors`);
  }
  for (const net of [...Object.values(pack.detectors).map((d) => d.net), ...attributeNets(pack)]) {
    if (!names.has(net.weights)) problems.push(`"${net.weights}" is not one of the files`);
    if (net.definition === undefined) {
      if (net.format !== 'onnx') problems.push(`"${net.weights}" (${net.format}) needs a definition`);
    } else if (!names.has(net.definition) && !/^builtin:[\w-]+\/[\w-]+\.prototxt$/.test(net.definition)) {
      problems.push(`"${net.definition}" is neither one of the files nor builtin:<pack>/<name>.prototxt`);
    }
  }
  return problems;
}

function misplaced(pack: PackSpec, owner: 'facetag' | 'user'): string[] {
  return owner === 'user' && pack.origin === 'embedded' ? ['Only facetag itself has embedded packs'] : [];
}

function invalid(origin: string, details: string): FatalError {
  return new FatalError('USAGE', `${origin} is not a valid manifest:\n${details}`);
}
