import { readFile } from 'node:fs/promises';
import { countOf } from '../../core/count-of.js';
import { messageOf } from '../../core/thrown.js';
import { FatalError } from '../../errors.js';
import { toldBy } from '../../packs/choose-attributes.js';
import { attributeNets, findPack } from '../../packs/manifest.js';
import type { FolderLock } from '../../packs/ports.js';
import type { NetSpec, PackSpec } from '../../packs/spec.js';
import { packFolder, resolvePack, type ResolvedPack, type Store } from '../../packs/store.js';
import { surveyPack, usableDetectors } from '../../packs/survey.js';
import type { ModelLoader } from '../../ports.js';
import { convertPack } from '../convert-pack.js';
import { describeDrift } from './drift.js';
import { FloatNet } from './float-net.js';
import { describeNet, installQuantised } from './install-quantised.js';
import { quantiseNets, type NetTask, type QuantisedNets } from './quantise-nets.js';
import { splitSamples, type Sample } from './samples.js';
import { Trial, type TrialPorts } from './trial.js';

export interface QuantisePorts extends TrialPorts {
  readonly loader: ModelLoader;
  readonly lock: FolderLock;
  /** Tells a person one line. */
  readonly tell: (line: string) => void;
}

export interface QuantiseOptions {
  /** Only this detector, beside the nets for attributes; every installed one when absent. */
  readonly detector?: string;
  readonly signal?: AbortSignal;
}

/**
 * Writes an int8 form of every net of an installed pack, beside the float ones: all that a run with one of its detectors
 * needs, or none of it. A detector whose answers would change is left out, and said so.
 *
 * @param pictures sha256 of the pictures' names and bytes.
 * @returns the detectors that are left out.
 * @throws {FatalError} USAGE for an unknown pack or detector, or too few faces; MODEL_MISSING; MODEL_CORRUPT for a net that
 * cannot be read; MODEL_DRIFTS where all detectors would be left out; OUTPUT_UNUSABLE.
 */
export async function quantisePack(
  store: Store,
  name: string,
  samples: readonly Sample[],
  pictures: string,
  ports: QuantisePorts,
  options: QuantiseOptions = {},
): Promise<readonly string[]> {
  const { detector, signal } = options;
  await convertPack(store, name, ports.lock, options);
  const pack = findPack(store.manifest, name);
  const usable = usableDetectors(await surveyPack(store, name, pack));
  const split = splitSamples(samples);
  const facts = {
    pictures,
    calibrated: split.calibration.length,
    heldOut: split.heldOut.length,
  };
  const done = new Set<string>();
  const results: QuantisedNets[] = [];
  const refused = new Map<string, FatalError>();
  for (const each of inOrder(usable, detector, pack.defaultDetector)) {
    signal?.throwIfAborted();
    const resolved = await resolvePack(store, {
      pack: name,
      detector: each,
      engine: 'onnxruntime',
      attributes: toldBy(pack),
    });
    const { tasks, trial } = await prepare(resolved, done, ports);
    ports.tell(`Quantising ${countOf(tasks.length, 'net')} with detector ${each}`);
    const { minConfidence } = resolved.detector;
    const result = await orRefused(quantiseNets(tasks, split, minConfidence, trial, ports.loader));
    if (result instanceof FatalError) {
      ports.tell(`Left out: detector ${each}. ${result.message}`);
      refused.set(each, result);
      continue;
    }
    for (const net of result.nets) ports.tell(describeNet(net));
    ports.tell(`Together: ${describeDrift(result.drift)}`);
    for (const task of tasks) done.add(task.path);
    results.push(result);
  }
  const [first] = refused.values();
  if (first && results.length === 0) throw first;
  await installQuantised(store, name, results, facts, ports.lock, signal);
  const folder = packFolder(store, name, pack);
  const but = refused.size === 0 ? '' : `, but not with ${[...refused.keys()].join(' and ')}`;
  ports.tell(`Pack ${name} is ready for --precision int8${but}: ${countOf(done.size, 'net')} in ${folder}`);
  return [...refused.keys()];
}

/** That a net's answers would change is of this detector alone; anything else is thrown. */
async function orRefused(quantised: Promise<QuantisedNets>): Promise<QuantisedNets | FatalError> {
  try {
    return await quantised;
  } catch (error) {
    if (error instanceof FatalError && error.code === 'MODEL_DRIFTS') return error;
    throw error;
  }
}

/** The pack's own detector first: its faces are what the nets for attributes are measured with. */
function inOrder(usable: readonly string[], wanted: string | undefined, own: string): string[] {
  const chosen = usable.filter((each) => wanted === undefined || each === wanted);
  return chosen.toSorted((a, b) => Number(b === own) - Number(a === own));
}

/** The nets of a run, and those of them that are still to be quantised. */
async function prepare(
  { lanePack, detector }: ResolvedPack,
  done: ReadonlySet<string>,
  ports: QuantisePorts,
): Promise<{ readonly tasks: readonly NetTask[]; readonly trial: Trial }> {
  const spec = lanePack.spec as PackSpec;
  const nets = new Map<string, FloatNet>();
  const tasks: NetTask[] = [];
  for (const each of [detector.net, ...attributeNets(spec)]) {
    const path = lanePack.nets[each.weights]?.weights ?? '';
    if (nets.has(path)) continue;
    const net = await loadFloat(each, path, ports.loader);
    nets.set(path, net);
    const kind = each === detector.net ? 'detector' : 'attributes';
    if (!done.has(path)) tasks.push({ spec: each, path, net, kind });
  }
  return { tasks, trial: new Trial(lanePack, nets, detector.minConfidence, ports) };
}

/** @throws {FatalError} MODEL_CORRUPT saying what about the net cannot be quantised. */
async function loadFloat({ weights }: NetSpec, path: string, loader: ModelLoader): Promise<FloatNet> {
  try {
    return await FloatNet.load(await readFile(path), loader);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new FatalError('MODEL_CORRUPT', `${weights} cannot be quantised: ${reason}`, { cause });
  }
}
