import { GraphBuilder } from '../onnx/graph.js';
import { ConvNetWriter } from './conv-net.js';
import type { TfjsWeights } from './decode-weights.js';
import { denseBlocks } from './dense-blocks.js';
import { dense } from './face-api-layers.js';

/**
 * face-api's FaceLandmark68TinyNet as ONNX: input `face` Nx3x112x112 RGB, less the mean and over 255; output `landmarks`
 * Nx136, x and y of the 68 points of iBUG 300-W in turn, as shares of the square input (0..1, and beyond where a point
 * lies outside).
 */
export function landmark68TinyGraph(weights: TfjsWeights): Uint8Array {
  const graph = new GraphBuilder('landmark-68-tiny');
  const net = new ConvNetWriter(graph, weights);
  const face = graph.input('face', ['N', 3, 112, 112]);
  dense(net, 'fc', denseBlocks(net, face, { blocks: 3, convolutions: 3 }), 'landmarks');
  graph.output('landmarks', ['N', 136]);
  return graph.build();
}
