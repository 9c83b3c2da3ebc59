import { ATTRIBUTE_CHOICES, USUAL_ATTRIBUTES, type AttributeChoice } from '../config.js';
import type { EstimateName } from '../core/attributes.js';
import { usageError } from '../errors.js';
import type { EstimatorSpec, Manifest, PackSpec } from './spec.js';

/** What tells each of what can be asked for. */
const TOLD_BY: Readonly<Record<AttributeChoice, readonly EstimateName[]>> = {
  gender: ['male'],
  age: ['years', 'ageDistribution'],
  expression: ['expressionDistribution'],
};

/** The pack with those of its estimators that tell something of what is wanted: no other net is found, loaded or hashed. */
export function chooseAttributes(
  spec: PackSpec,
  wanted: readonly AttributeChoice[] = USUAL_ATTRIBUTES,
): PackSpec {
  const estimators = spec.estimators.filter((each) => wanted.some((choice) => tells(each, choice)));
  return estimators.length === spec.estimators.length ? spec : { ...spec, estimators };
}

/**
 * Every pack tells gender and age: more is a matter of the pack.
 *
 * @param pack its name.
 * @throws {FatalError} USAGE, naming the packs that do, when the pack does not tell all that is wanted.
 */
export function requireTold(
  { packs }: Manifest,
  pack: string,
  wanted: readonly AttributeChoice[] = USUAL_ATTRIBUTES,
): void {
  for (const choice of wanted.filter((each) => !USUAL_ATTRIBUTES.includes(each))) {
    const able = Object.entries(packs).flatMap(([name, { estimators }]) =>
      estimators.some((each) => tells(each, choice)) ? [name] : [],
    );
    if (able.includes(pack)) continue;
    throw usageError(`a pack that tells ${choice} (${able.join(', ')})`, '--pack', pack);
  }
}

/** All that a pack can tell. */
export function toldBy({ estimators }: PackSpec): AttributeChoice[] {
  return ATTRIBUTE_CHOICES.filter((choice) => estimators.some((each) => tells(each, choice)));
}

function tells({ gives }: EstimatorSpec, choice: AttributeChoice): boolean {
  return (gives as readonly EstimateName[]).some((name) => TOLD_BY[choice].includes(name));
}
