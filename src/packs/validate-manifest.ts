import { z } from 'zod';
import { ESTIMATE_NAMES, type EstimateName } from '../core/attributes.js';
import { countOf } from '../core/count-of.js';
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
  const value = parseJson(text, origin);
  if (isVersion1(value)) throw invalid(origin, FROM_VERSION_1);
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) throw invalid(origin, z.prettifyError(parsed.error));
  const problems = Object.entries(parsed.data.packs).flatMap(([name, pack]) =>
    [...danglingNames(pack), ...unruly(pack), ...misplaced(pack, owner)].map(
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

/** What to change by hand: a pack that was translated in silence would be documented nowhere. */
const FROM_VERSION_1 = [
  '✖ It is in schema 1, and this version reads schema 2: set "schemaVersion" to 2 and, in each pack, replace',
  '    "attributes": { "family": "tiny-xception", "net": {…}, "padding": 0, … }   by',
  '    "estimators": [{ "family": "tiny-xception", "nets": { "ageGender": {…} },',
  '      "crop": { "kind": "box", "padding": 0, "fill": "black-square" }, "gives": ["male", "years"], … }]',
  '    "attributes": { "family": "levi-hassner", "gender": {…}, "age": {…}, "padding": 0, … }   by',
  '    "estimators": [{ "family": "levi-hassner", "nets": { "gender": {…}, "age": {…} },',
  '      "crop": { "kind": "box", "padding": 0, "fill": "replicate" }, "gives": ["male", "ageDistribution"], … }]',
].join('\n');

function isVersion1(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'schemaVersion' in value && value.schemaVersion === 1;
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

/** Every face has a gender and an age, and what several estimators give needs a rule of as many weights. */
function unruly({ estimators, combine = {} }: PackSpec): string[] {
  const givers = (name: EstimateName): number =>
    estimators.filter(({ gives }) => (gives as readonly EstimateName[]).includes(name)).length;
  const problems: string[] = [];
  if (givers('male') === 0) problems.push('No estimator gives "male"');
  if (givers('years') + givers('ageDistribution') === 0) {
    problems.push('No estimator gives "years" or "ageDistribution"');
  }
  for (const name of ESTIMATE_NAMES) {
    const [wanted, weights] = [givers(name), combine[name]?.weights.length];
    if (wanted > 1 && weights === undefined) {
      problems.push(`${wanted} estimators give "${name}": "combine" needs a rule for it`);
    } else if (weights !== undefined && weights !== wanted) {
      problems.push(`combine.${name} has ${countOf(weights, 'weight')} for ${countOf(wanted, 'estimator')}`);
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
