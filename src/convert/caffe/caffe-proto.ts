import protobuf from 'protobufjs';

/**
 * The part of Caffe's caffe.proto that stores weights, with its official field numbers. The long lists are declared as
 * bytes, which is how packed fields travel: millions of numbers are then views of the file instead of objects.
 * `layers` is the form before 2015. Raw data is NVIDIA's extension, used for 16-bit weights.
 */
const DEFINITION = `
syntax = "proto2";
package caffe;

message BlobShape { repeated int64 dim = 1 [packed = true]; }

message BlobProto {
  optional int32 num = 1;
  optional int32 channels = 2;
  optional int32 height = 3;
  optional int32 width = 4;
  optional bytes data = 5;
  optional BlobShape shape = 7;
  optional bytes double_data = 8;
  optional int32 raw_data_type = 10;
  optional bytes raw_data = 12;
}

message LayerParameter {
  optional string name = 1;
  optional string type = 2;
  repeated BlobProto blobs = 7;
}

message V1LayerParameter {
  optional string name = 4;
  optional int32 type = 5;
  repeated BlobProto blobs = 6;
}

message NetParameter {
  optional string name = 1;
  repeated V1LayerParameter layers = 2;
  repeated LayerParameter layer = 100;
}
`;

/** Element types of `raw_data`. */
export const RAW_TYPES = { float32: 1, float16: 2 } as const;

export interface BlobProto {
  readonly num?: number;
  readonly channels?: number;
  readonly height?: number;
  readonly width?: number;
  readonly data?: Uint8Array;
  readonly shape?: { readonly dim: readonly (number | bigint | { toNumber(): number })[] };
  readonly doubleData?: Uint8Array;
  readonly rawDataType?: number;
  readonly rawData?: Uint8Array;
}

export interface LayerProto {
  readonly name?: string;
  readonly blobs?: readonly BlobProto[];
}

export interface NetProto {
  readonly name?: string;
  readonly layers?: readonly (LayerProto & { readonly type?: number })[];
  readonly layer?: readonly (LayerProto & { readonly type?: string })[];
}

let netParameter: protobuf.Type | undefined;

function schema(): protobuf.Type {
  netParameter ??= protobuf.parse(DEFINITION).root.lookupType('caffe.NetParameter');
  return netParameter;
}

/** @throws {Error} when the bytes are no protobuf message. */
export function decodeNet(bytes: Uint8Array): NetProto {
  return schema().decode(bytes) as NetProto;
}

export function encodeNet(net: NetProto): Uint8Array {
  return schema().encode(schema().fromObject(net)).finish();
}
