import { beforeAll, describe, expect, it } from 'vitest';
import { loadOnnxRuntime } from '../../../src/adapters/onnxruntime.js';
import { GraphBuilder } from '../../../src/convert/onnx/graph.js';
import { readModel, writeModel } from '../../../src/convert/onnx/model.js';
import { floatsOf, tensorProto } from '../../../src/convert/onnx/tensors.js';
import { FloatNet } from '../../../src/convert/quantize/float-net.js';
import {
  quantiseNets,
  type NetTask,
  type QuantisedNets,
} from '../../../src/convert/quantize/quantise-nets.js';
import type { Sample } from '../../../src/convert/quantize/samples.js';
import type { Answer } from '../../../src/convert/quantize/trial.js';
import type { NetSpec } from '../../../src/packs/spec.js';
import type { Blob, ModelLoader, Net } from '../../../src/ports.js';
import type { Face } from '../../../src/types.js';

let onnxruntime: ModelLoader;
beforeAll(async () => {
  onnxruntime = await loadOnnxRuntime();
});

const LAYERS = ['one', 'two', 'three', 'four'];

/** Four convolutions of 1x1 that change little; the mean of what comes out is an age over ten. */
function smallNet(): Uint8Array {
  const graph = new GraphBuilder('small');
  const values = LAYERS.reduce(
    (value, name, layer) =>
      graph.node('Conv', name, [
        value,
        graph.constant(`${name}/w`, {
          shape: [4, 4, 1, 1],
          data: Float32Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 : 0.01 * ((at + layer) % 3))),
        }),
      ]),
    graph.input('x', ['N', 4, 8, 8]),
  );
  graph.node('Flatten', 'y', [graph.node('GlobalAveragePool', 'mean', [values])], { axis: 1 });
  graph.output('y', ['N', 4]);
  return graph.build();
}

/** A loader whose int8 nets have wrong scales of the weights of some layers, as a fault of the quantiser would make. */
function damaging(layers: readonly string[]): ModelLoader {
  return {
    loadModel(bytes) {
      const model = readModel(bytes);
      const constants = new Map(model.constants);
      for (const name of layers.map((layer) => `${layer}/weights8/scale`)) {
        const scale = constants.get(name);
        if (!scale) continue;
        constants.set(
          name,
          tensorProto(
            name,
            scale.dims,
            floatsOf(scale).map((value) => value * 1.5),
          ),
        );
      }
      return onnxruntime.loadModel(writeModel({ ...model, constants }));
    },
  };
}

const samples = Array.from({ length: 30 }, (_, index): Sample => ({
  name: `${index}.jpg`,
  path: '',
  variant: 'plain',
}));
const split = { calibration: samples, heldOut: samples };

/** One face a picture, whose age the net tells. */
function faceOf(years: number): readonly Face[] {
  const attributes = { gender: 'Male', genderConfidence: 0.9, age: '(25-32)', ageYears: years } as const;
  return [{ box: { x1: 0, y1: 0, x2: 10, y2: 10 }, confidence: 0.9, attributes }];
}

/** One face a picture, whose place the net tells. */
function faceAt(place: number): readonly Face[] {
  const x1 = Math.round(place);
  return faceOf(30).map((face) => ({ ...face, box: { x1, y1: 0, x2: x1 + 10, y2: 10 } }));
}

async function quantise(
  kind: NetTask['kind'],
  loader: ModelLoader,
  pictures = split,
): Promise<QuantisedNets & { readonly net: FloatNet }> {
  const net = await FloatNet.load(smallNet(), onnxruntime);
  const trial = {
    async answers(
      some: readonly Sample[],
      replaced: ReadonlyMap<string, Net> = new Map(),
    ): Promise<Answer[]> {
      const used = replaced.get('small.onnx') ?? net;
      const answers: Answer[] = [];
      for (const [index] of some.entries()) {
        const values = Float32Array.from({ length: 256 }, (_, at) => 2 + Math.sin(index * 256 + at));
        const blob: Blob = { shape: [1, 4, 8, 8], toFloat32: () => values, release: () => undefined };
        const [y] = await used.forward(blob, ['y']);
        const years = y!.reduce((sum, value) => sum + value, 0) * 2;
        answers.push({ faces: kind === 'detector' ? faceAt(years * 2) : faceOf(years), detections: [] });
      }
      return answers;
    },
  };
  const task = { spec: { weights: 'small.onnx' } as NetSpec, path: 'small.onnx', net, kind };
  return { ...(await quantiseNets([task], pictures, 0.5, trial, loader)), net };
}

describe('the gate', () => {
  it('lets a net pass that keeps the answers, wholly in int8', async () => {
    const { nets, faces, drift } = await quantise('attributes', onnxruntime);
    expect(faces).toBe(30);
    expect(nets[0]!.chosen.layers.size).toBeGreaterThan(1);
    expect(nets[0]!.drift.years).toBeLessThan(0.5);
    expect(drift.matched).toBe(30);
    const { nodes } = readModel(nets[0]!.model);
    expect(nodes.some(({ opType }) => opType === 'QuantizeLinear')).toBe(true);
  });

  it('leaves a layer in float that would change them', async () => {
    const { nets } = await quantise('attributes', damaging(['two']));
    const { layers } = nets[0]!.chosen;
    expect([...layers]).not.toContain('two');
    expect(layers.size).toBeGreaterThan(0);
    expect(nets[0]!.drift.years).toBeLessThan(0.5);
  });

  it('refuses a detector whose scales are damaged', async () => {
    await expect(quantise('detector', damaging(LAYERS))).rejects.toMatchObject({
      code: 'MODEL_DRIFTS',
      message: expect.stringMatching(/^small\.onnx gives other answers in int8.*Try --calibrate/) as string,
    });
  });

  it('leaves nothing in int8 of another net that is damaged in every layer', async () => {
    const { nets, net } = await quantise('attributes', damaging(LAYERS));
    expect(nets[0]!.chosen.layers.size).toBe(0);
    expect(net.layers).toHaveLength(4);
  });

  it('does not judge by a handful of faces', async () => {
    const few = { calibration: samples, heldOut: samples.slice(0, 19) };
    await expect(quantise('attributes', onnxruntime, few)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(
        /20 faces or more in each half for --calibrate, received "19 faces/,
      ) as string,
    });
  });
});
