import { EXPRESSIONS } from '../../types.js';
import { GraphBuilder } from '../onnx/graph.js';
import { ConvNetWriter } from './conv-net.js';
import type { TfjsWeights } from './decode-weights.js';
import { denseBlocks } from './dense-blocks.js';
import { dense } from './face-api-layers.js';

/**
 * face-api's FaceExpressionNet as ONNX: input `face` Nx3x112x112 RGB, less the mean and over 255; output `expression` Nx7,
 * the probabilities of `EXPRESSIONS` in their order.
 */
export function faceExpressionGraph(weights: TfjsWeights): Uint8Array {
  const graph = new GraphBuilder('face-expression');
  const net = new ConvNetWriter(graph, weights);
  const face = graph.input('face', ['N', 3, 112, 112]);
  const features = denseBlocks(net, face, { blocks: 4, convolutions: 4 });
  graph.node('Softmax', 'expression', [dense(net, 'fc', features, 'expression/logits')], { axis: 1 });
  graph.output('expression', ['N', EXPRESSIONS.length]);
  return graph.build();
}
