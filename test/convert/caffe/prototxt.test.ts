import { describe, expect, it } from 'vitest';
import { parseCaffeNet } from '../../../src/convert/caffe/caffe-net.js';
import {
  booleanOf,
  childOf,
  messagesOf,
  numberOf,
  numbersOf,
  parsePrototxt,
  textOf,
} from '../../../src/convert/caffe/prototxt.js';
import { inferShapes } from '../../../src/convert/caffe/shapes.js';
import { definition } from './classic-models.js';

describe('parsePrototxt', () => {
  it('reads fields, messages in either form, repetitions and comments', () => {
    const net = parsePrototxt(`
      name: "a # b" # a comment with { and "
      dim: 1 dim: -2, dim: 1e-4;
      shape { on: true off: 0 word: MAX }
      shape: < inner: 'single' >
    `);
    expect(textOf(net, 'name')).toBe('a # b');
    expect(numbersOf(net, 'dim')).toEqual([1, -2, 1e-4]);
    expect(numberOf(net, 'absent', 7)).toBe(7);
    const [first] = messagesOf(net, 'shape');
    expect(booleanOf(first!, 'on', false)).toBe(true);
    expect(booleanOf(first!, 'off', true)).toBe(false);
    expect(textOf(first!, 'word')).toBe('MAX');
    expect(textOf(childOf(net, 'shape'), 'inner')).toBe('single');
    expect(childOf(net, 'absent').size).toBe(0);
  });

  it.each([
    ['layer {\n name: "x"\n', 'Expected } at line 2'],
    ['a: 1\nb 2', 'Expected a value for b at line 2'],
    ['a: }', 'Expected a value for a at line 1'],
    ['a: 1\n%', 'Unexpected "%" at line 2'],
    ['a:', 'Expected a value for a at line 1, found the end'],
  ])('refuses %j', (source, message) => {
    expect(() => parsePrototxt(source)).toThrow(message);
  });
});

describe('parseCaffeNet', () => {
  const layer = 'layer { name: "r" type: "ReLU" bottom: "data" top: "r" }';
  it.each([
    ['input_shape', `input: "data" input_shape { dim: 1 dim: 3 dim: 4 dim: 5 } ${layer}`],
    ['input_dim', `input: "data" input_dim: 1 input_dim: 3 input_dim: 4 input_dim: 5 ${layer}`],
    [
      'an input layer',
      `layer { name: "i" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 4 dim: 5 } } } ${layer}`,
    ],
    [
      'layers of the old form',
      'input: "data" input_dim: 1 input_dim: 3 input_dim: 4 input_dim: 5 layers { name: "r" type: RELU bottom: "data" top: "r" }',
    ],
  ])('takes %s', (_form, source) => {
    expect(parseCaffeNet(source)).toMatchObject({
      input: 'data',
      inputShape: [3, 4, 5],
      layers: [{ name: 'r', type: 'ReLU', bottoms: ['data'], tops: ['r'] }],
    });
  });

  it.each(['', layer, 'input: "data" input_shape { dim: 1 }'])('refuses %j', (source) => {
    expect(() => parseCaffeNet(source)).toThrow(SyntaxError);
  });
});

describe('inferShapes', () => {
  it.each([
    ['gender_net', 'conv1', [96, 56, 56]],
    ['gender_net', 'pool1', [96, 28, 28]],
    ['gender_net', 'pool5', [384, 7, 7]],
    ['gender_net', 'fc8', [2, 1, 1]],
    ['age_net', 'prob', [8, 1, 1]],
    ['res10', 'conv1_pool', [32, 75, 75]],
    ['res10', 'conv4_3_norm', [128, 38, 38]],
    ['res10', 'last_relu', [256, 19, 19]],
    ['res10', 'conv6_2_h', [256, 10, 10]],
    ['res10', 'conv9_2_h', [128, 5, 5]],
  ] as const)('%s: %s', async (net, layer, shape) => {
    expect(inferShapes(await definition(net)).get(layer)?.output).toEqual(shape);
  });

  it('names what nothing has made', () => {
    const net = parseCaffeNet(
      'input: "data" input_dim: 1 input_dim: 3 input_dim: 4 input_dim: 5 layer { name: "r" type: "ReLU" bottom: "x" top: "r" }',
    );
    expect(() => inferShapes(net)).toThrow('Layer r reads x, which nothing has made');
  });
});
