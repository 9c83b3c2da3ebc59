import {
  attributeType,
  decodeModel,
  encodeModel,
  type AttributeProto,
  type TensorProto,
  type ValueInfoProto,
} from './schema.js';

/** A node of a graph, to be read and written anew. An input without a name is one that was left out. */
export interface OnnxNode {
  readonly opType: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly AttributeProto[];
}

/** A feed-forward net of ONNX's own operators, whoever wrote it. Nodes are in an order in which they can run. */
export interface OnnxModel {
  readonly name: string;
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  /** By name. */
  readonly constants: ReadonlyMap<string, TensorProto>;
  /** Without constants, which older writers list among them. */
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
}

/** The IR version that came with each opset that is written here. */
const IR_VERSIONS: Readonly<Record<number, number>> = { 10: 5, 11: 6, 12: 7, 13: 7 };

/** Of opsets that are later still. */
const LATER_IR_VERSION = 8;

/**
 * Reads a `.onnx` file; constants that are nodes become constants.
 *
 * @throws {Error} for bytes that are no model, and naming what a feed-forward net of ONNX's own operators has not.
 */
export function readModel(bytes: Uint8Array): OnnxModel {
  const { graph, opsetImport } = decodeModel(bytes);
  const opset = opsetImport.find(({ domain }) => isStandard(domain))?.version;
  if (opset === undefined || graph.node.length === 0) throw new Error('This is no ONNX net');
  const constants = new Map<string, TensorProto>(graph.initializer.map((each) => [each.name, filled(each)]));
  const nodes: OnnxNode[] = [];
  for (const { name = '', opType, input, output, attribute, domain } of graph.node) {
    if (!isStandard(domain)) throw new Error(`${opType} of ${domain ?? ''} is no operator of ONNX itself`);
    if (attribute.some(({ type }) => type === attributeType.graph)) {
      throw new Error(`The node ${name} of type ${opType} holds a graph of its own`);
    }
    const node = { opType, name, inputs: input, outputs: output, attributes: attribute };
    if (opType === 'Constant') constants.set(output[0] ?? '', constantOf(node));
    else nodes.push(node);
  }
  const inputs = graph.input.filter(({ name }) => !constants.has(name));
  return { name: graph.name, opset, nodes, constants, inputs, outputs: graph.output };
}

function isStandard(domain: string | undefined): boolean {
  return domain === undefined || domain === '' || domain === 'ai.onnx';
}

/** What is empty is not in the file. */
function filled(tensor: TensorProto): TensorProto {
  return { ...{ rawData: new Uint8Array() }, ...tensor };
}

function constantOf(node: OnnxNode): TensorProto {
  const tensor = attributeOf(node, 'value')?.t;
  if (!tensor) throw new Error(`The constant ${node.outputs[0] ?? ''} is no tensor`);
  return { ...filled(tensor), name: node.outputs[0] ?? '' };
}

/** An attribute of a node; undefined where its default holds. */
export function attributeOf({ attributes }: OnnxNode, name: string): AttributeProto | undefined {
  return attributes.find((each) => each.name === name);
}

/** The bytes of the `.onnx` file, without constants that nothing reads; equal models give equal bytes. */
export function writeModel({ name, opset, nodes, constants, inputs, outputs }: OnnxModel): Uint8Array {
  const read = new Set([...nodes.flatMap((node) => node.inputs), ...outputs.map((output) => output.name)]);
  return encodeModel({
    irVersion: IR_VERSIONS[opset] ?? LATER_IR_VERSION,
    producerName: 'facetag',
    graph: {
      name,
      node: nodes.map((node) => ({
        name: node.name,
        opType: node.opType,
        input: node.inputs,
        output: node.outputs,
        attribute: node.attributes,
      })),
      initializer: [...constants.values()].filter((constant) => read.has(constant.name)),
      input: inputs,
      output: outputs,
    },
    opsetImport: [{ domain: '', version: opset }],
  });
}

/** Which nodes read each value. */
export function readersOf(nodes: readonly OnnxNode[]): ReadonlyMap<string, readonly OnnxNode[]> {
  const readers = new Map<string, OnnxNode[]>();
  for (const node of nodes) {
    for (const input of new Set(node.inputs)) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  return readers;
}
