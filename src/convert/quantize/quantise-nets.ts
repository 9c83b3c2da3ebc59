import { FatalError, usageError } from '../../errors.js';
import type { NetSpec } from '../../packs/spec.js';
import type { ModelLoader, Net } from '../../ports.js';
import { choose, modelOf, relax, type Measured } from './candidates.js';
import { beyondLimits, measureDrift, type Drift } from './drift.js';
import type { FloatNet } from './float-net.js';
import type { SplitSamples } from './samples.js';
import type { Answer, Trial } from './trial.js';

/** Fewer faces could not tell a good net from a bad one; with more of them a single one may turn. */
const LEAST_FACES = 20;

/** A net to quantise. */
export interface NetTask {
  readonly spec: NetSpec;
  /** Absolute path of its float form. */
  readonly path: string;
  readonly net: FloatNet;
  readonly kind: 'detector' | 'attributes';
}

/** A net whose int8 form keeps the pack's answers. */
export interface QuantisedNet extends NetTask {
  readonly model: Uint8Array;
  readonly chosen: Measured;
  /** With this net alone in int8. */
  readonly drift: Drift;
}

export interface QuantisedNets {
  readonly nets: readonly QuantisedNet[];
  /** With all of them in int8. */
  readonly drift: Drift;
  /** That the float nets found in what was held out. */
  readonly faces: number;
}

/**
 * Quantises nets of a pack so that its answers stay what they are on pictures that the scales were not chosen by.
 *
 * @throws {FatalError} USAGE when there are too few faces to tell; MODEL_DRIFTS naming a net that would change answers.
 */
export async function quantiseNets(
  tasks: readonly NetTask[],
  samples: SplitSamples,
  minConfidence: number,
  trial: Pick<Trial, 'answers'>,
  loader: ModelLoader,
): Promise<QuantisedNets> {
  for (const { net } of tasks) await net.observe(loader);
  requireFaces(await trial.answers(samples.calibration));
  for (const { net } of tasks) net.rest();
  const float = await trial.answers(samples.heldOut);
  const faces = requireFaces(float);
  const gate = new Gate(float, samples, minConfidence, trial, loader);
  let nets: QuantisedNet[] = [];
  for (const task of tasks) nets.push(await gate.pass(task));
  let drift = await gate.together(nets);
  while (beyondLimits(drift, 'detector').length > 0) {
    nets = await gate.tighten(nets, drift);
    drift = await gate.together(nets);
  }
  return { nets, drift, faces };
}

/** @returns how many there are. */
function requireFaces(answers: readonly Answer[]): number {
  const count = answers.reduce((sum, { faces = [] }) => sum + faces.length, 0);
  if (count >= LEAST_FACES) return count;
  const wanted = `pictures with ${LEAST_FACES} faces or more in each half`;
  throw usageError(wanted, '--calibrate', `${count} faces in ${answers.length} looks at pictures`);
}

class Gate {
  constructor(
    private readonly float: readonly Answer[],
    private readonly samples: SplitSamples,
    private readonly minConfidence: number,
    private readonly trial: Pick<Trial, 'answers'>,
    private readonly loader: ModelLoader,
  ) {}

  /** The first form of a net that keeps the answers. @throws {FatalError} MODEL_DRIFTS. */
  async pass(task: NetTask): Promise<QuantisedNet> {
    const first = await this.#judged(task, await choose(task.net, this.loader));
    return isKept(first) ? first : await this.#relaxed(first);
  }

  /** What all nets together cost. */
  async together(nets: readonly QuantisedNet[]): Promise<Drift> {
    const replaced = new Map<string, Net>();
    for (const { path, model } of nets) replaced.set(path, await this.loader.loadModel(model));
    return this.#drift(await this.trial.answers(this.samples.heldOut, replaced));
  }

  /** More layers of the net in float that costs most, where nets are good enough alone but not together. */
  async tighten(nets: readonly QuantisedNet[], drift: Drift): Promise<QuantisedNet[]> {
    const [worst] = nets.toSorted((a, b) => costOf(b.drift) - costOf(a.drift));
    if (!worst) throw refusal('The pack', drift, 'detector');
    const better = await this.#relaxed(worst);
    return nets.map((net) => (net === worst ? better : net));
  }

  /**
   * With more layers in float, one of attributes with all of them if need be: a net that only says where to look is
   * small, and moves every crop.
   *
   * @throws {FatalError} MODEL_DRIFTS for a detector that needs more than half of its layers in float.
   */
  async #relaxed(from: QuantisedNet): Promise<QuantisedNet> {
    const most = from.kind === 'detector' ? from.net.layers.length / 2 : Infinity;
    for await (const candidate of relax(from.net, from.chosen, most, this.loader)) {
      const next = await this.#judged(from, candidate);
      if (isKept(next) && costOf(next.drift) <= costOf(from.drift)) return next;
    }
    throw refusal(from.spec.weights, from.drift, from.kind);
  }

  async #judged(task: NetTask, chosen: Measured): Promise<QuantisedNet> {
    const { spec, path, net, kind } = task;
    const model = modelOf(net, chosen);
    const replaced = new Map([[path, await this.loader.loadModel(model)]]);
    const given = kind === 'attributes' ? this.float : undefined;
    const drift = this.#drift(await this.trial.answers(this.samples.heldOut, replaced, given));
    return { spec, path, net, kind, model, chosen, drift };
  }

  #drift(answers: readonly Answer[]): Drift {
    const pairs = this.float.flatMap(({ faces }, index) =>
      faces ? [[faces, answers[index]?.faces ?? []] as const] : [],
    );
    return measureDrift(pairs, this.minConfidence);
  }
}

function isKept({ drift, kind }: QuantisedNet): boolean {
  return beyondLimits(drift, kind).length === 0;
}

/** To compare by: what share of the faces has another answer, and years. */
function costOf({ faces, matched, genders, expressions, years }: Drift): number {
  const changed = [
    [matched, faces],
    [genders.equal, genders.judged],
    [expressions.equal, expressions.judged],
  ] as const;
  return (
    years / 10 + changed.reduce((sum, [equal, judged]) => sum + (judged === 0 ? 0 : 1 - equal / judged), 0)
  );
}

function refusal(name: string, drift: Drift, kind: NetTask['kind']): FatalError {
  return new FatalError(
    'MODEL_DRIFTS',
    `${name} gives other answers in int8, even with many of its layers in float: ${beyondLimits(drift, kind).join('; ')}. ` +
      'Try --calibrate with more pictures of the kind that you tag.',
  );
}
