import type { EngineName, NetFormat } from '../types.js';

/** The net formats that each engine reads: known to the parent process, which never loads one. */
export const ENGINE_READS: Readonly<Record<EngineName, readonly NetFormat[]>> = {
  opencv: ['onnx', 'caffe', 'tensorflow'],
  onnxruntime: ['onnx'],
};
