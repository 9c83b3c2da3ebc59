import type { ModelLoader, Net } from '../../ports.js';
import { readersOf, writeModel } from '../onnx/model.js';
import { at } from '../tensor.js';
import type { Example, FloatNet } from './float-net.js';
import type { Layer } from './layers.js';
import { quantiseModel } from './quantize-model.js';

/** One way of quantising a net. */
export interface Candidate {
  /** Layers in int8, by name. */
  readonly layers: ReadonlySet<string>;
  /** Share of the values at each end that the scales leave out. */
  readonly leftOut: number;
}

/** A candidate that was measured. */
export interface Measured extends Candidate {
  /** Of its outputs: root mean square over the standard deviation of the float net's. */
  readonly error: number;
}

/** All values, or all but so large a share at each end: what lies beyond is cut off, and what is within is told finer. */
const SHARES_LEFT_OUT = [0, 1e-5, 1e-4] as const;

/** The first and the last layers are left in float where the error falls to this share of what it was, or less. */
const WORTH_IT = 0.8;

/** Layers are put in order by one of so many examples. */
const FEWER = 3;

/** In which all layers of a net are put in float. */
const STEPS = 12;

/** The bytes of the `.onnx` file. */
export function modelOf(net: FloatNet, { layers, leftOut }: Candidate): Uint8Array {
  return writeModel(quantiseModel(net.model, net.layers, { layers, ranges: net.ranges(leftOut) }));
}

/** The way that measures best of the usual ones, on what the net was seen to be given. */
export async function choose(net: FloatNet, loader: ModelLoader): Promise<Measured> {
  const last = lastLayers(net);
  const all = new Set(net.layers.filter((layer) => !isFree(layer, last)).map(({ name }) => name));
  let best = await measured(net, { layers: all, leftOut: 0 }, loader);
  for (const leftOut of SHARES_LEFT_OUT.slice(1)) {
    const other = await measured(net, { layers: all, leftOut }, loader);
    if (other.error < best.error) best = other;
  }
  for (const edge of [firstLayers(net), last]) {
    const layers = without(best.layers, edge);
    if (layers.size === 0) continue;
    const other = await measured(net, { ...best, layers }, loader);
    if (other.error <= best.error * WORTH_IT) best = other;
  }
  return best;
}

/**
 * Candidates with ever more layers in float, those first whose rounding costs most.
 *
 * @param most layers that may be in float.
 * @yields each measured.
 */
export async function* relax(
  net: FloatNet,
  from: Candidate,
  most: number,
  loader: ModelLoader,
): AsyncGenerator<Measured> {
  const costs = new Map<string, number>();
  const examples = net.examples.filter((_, index) => index % FEWER === 0);
  for (const name of from.layers) {
    const alone = await measured(net, { ...from, layers: new Set([name]) }, loader, examples);
    costs.set(name, alone.error);
  }
  const costly = [...from.layers].toSorted((a, b) => (costs.get(b) ?? 0) - (costs.get(a) ?? 0));
  const inFloat = net.layers.length - from.layers.size;
  const step = Math.ceil(net.layers.length / STEPS);
  for (let more = Math.min(step, costly.length); more > 0; more = Math.min(more + step, costly.length)) {
    if (inFloat + more > most) return;
    yield await measured(net, { ...from, layers: without(from.layers, costly.slice(0, more)) }, loader);
    if (more === costly.length) return;
  }
}

/** A product at the end takes no time, and rounds what a whole net has found: it stays in float. */
function isFree({ kind, name }: Layer, last: readonly string[]): boolean {
  return kind === 'product' && last.includes(name);
}

async function measured(
  net: FloatNet,
  candidate: Candidate,
  loader: ModelLoader,
  examples = net.examples,
): Promise<Measured> {
  const error = await outputError(examples, await loader.loadModel(modelOf(net, candidate)));
  return { ...candidate, error };
}

/** How far a net's outputs are from those of the examples, output by output, on average. */
async function outputError(examples: readonly Example[], other: Net): Promise<number> {
  const sums = new Map<string, { difference: number; deviation: number }>();
  for (const { input, names, outputs } of examples) {
    const others = await other.forward(input, names);
    for (const [index, name] of names.entries()) {
      const wanted = outputs[index] ?? new Float32Array();
      const found = others[index] ?? new Float32Array();
      const mean = wanted.reduce((sum, value) => sum + value, 0) / wanted.length;
      const sum = sums.get(name) ?? { difference: 0, deviation: 0 };
      for (let place = 0; place < wanted.length; place += 1) {
        const value = at(wanted, place);
        sum.difference += (at(found, place) - value) ** 2;
        sum.deviation += (value - mean) ** 2;
      }
      sums.set(name, sum);
    }
  }
  const errors = [...sums.values()].map(({ difference, deviation }) =>
    difference === 0 ? 0 : Math.sqrt(difference / deviation),
  );
  return errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length);
}

function without(layers: ReadonlySet<string>, left: readonly string[]): ReadonlySet<string> {
  return new Set([...layers].filter((name) => !left.includes(name)));
}

/** Those that read the net's input. */
function firstLayers({ model, layers }: FloatNet): string[] {
  const inputs = new Set(model.inputs.map(({ name }) => name));
  return layers.filter(({ input }) => inputs.has(input)).map(({ name }) => name);
}

/** Those behind which there is no further layer. */
function lastLayers({ model, layers }: FloatNet): string[] {
  const readers = readersOf(model.nodes);
  const byNode = new Set(layers.map(({ node }) => node));
  const isLast = (value: string): boolean =>
    (readers.get(value) ?? []).every((node) => !byNode.has(node) && node.outputs.every(isLast));
  return layers.filter(({ result }) => isLast(result)).map(({ name }) => name);
}
