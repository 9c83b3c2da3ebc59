import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadOpenCv } from '../../../src/adapters/opencv.js';
import { GraphBuilder } from '../../../src/convert/onnx/graph.js';
import { ConvNetWriter, type ConvLayer, type ConvOptions } from '../../../src/convert/tfjs/conv-net.js';
import { sizeOf } from '../../../src/convert/tensor.js';

const { imaging, engine } = loadOpenCv();
const CHANNELS = 64;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'facetag-channels-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Weights that look like any. */
const noise = (...shape: readonly number[]) => ({
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, (_, index) => Math.sin(index * 12.9898) / 2),
});
const WIDE: ConvLayer = { filter: noise(1, 1, 3, CHANNELS), bias: noise(CHANNELS) };
const DEEP: ConvLayer = { filter: noise(3, 3, CHANNELS, 1), bias: noise(CHANNELS) };

/** A layer over all channels and one for each of them, so many channels at a time. */
async function run(channelsAtATime: number): Promise<readonly Float32Array[]> {
  const graph = new GraphBuilder('pair');
  const net = new ConvNetWriter(graph, new Map());
  const input = graph.input('x', ['N', 3, 96, 128]);
  const parts = Array.from({ length: CHANNELS / channelsAtATime }, (_, part) => {
    const channels = [part * channelsAtATime, (part + 1) * channelsAtATime] as const;
    const options: ConvOptions = { activation: 'relu6', channels };
    return net.depthwise('deep', net.conv('wide', input, WIDE, options), DEEP, { ...options, stride: 2 });
  });
  graph.output(graph.node('Concat', 'y', parts, { axis: 1 }), ['N', CHANNELS, 48, 64]);
  const weights = path.join(folder, `${channelsAtATime}.onnx`);
  await writeFile(weights, graph.build());
  const data = Buffer.from(Uint8Array.from({ length: 96 * 128 * 3 }, (_, index) => (index * 7919) % 251));
  const spec = { width: 128, height: 96, scale: 1 / 127.5, mean: [127.5, 127.5, 127.5], bgr: false } as const;
  const blob = imaging.blob([imaging.load({ data, width: 128, height: 96 })], spec);
  return await (await engine.loadNet({ format: 'onnx', weights })).forward(blob, ['y']);
}

it('layers in parts give the same bits as whole ones', async () => {
  const [whole] = await run(CHANNELS);
  const [halves] = await run(CHANNELS / 2);
  expect(new Set(whole).size).toBeGreaterThan(1000);
  expect(Buffer.from(halves!.buffer).equals(Buffer.from(whole!.buffer))).toBe(true);
});
