import { stemOf } from './converted.js';
import { MadeFiles, type MadeFile } from './made-files.js';
import type { NetSpec } from './spec.js';

/** An int8 form of a net, and how it came about. */
export type QuantisedFile = MadeFile & Quantisation;

/** How a net was quantised: all that it takes to do it again without running a net. */
export interface Quantisation {
  /** Layers, and how many of them are left in float. */
  readonly layers: number;
  readonly floatLayers: readonly string[];
  /** What values reached when the scales were chosen: all of them, or all but a share at each end. */
  readonly leftOut: number;
  /** Of its outputs, against the float net's: root mean square over standard deviation. */
  readonly error: number;
  readonly calibration: CalibrationFacts;
  /** What the values that are in 8 bits reach from and to, by name; bounds by activations not yet applied. */
  readonly ranges: Readonly<Record<string, readonly [low: number, high: number]>>;
}

/** What the scales were chosen and judged by. */
export interface CalibrationFacts {
  /** sha256 over the pictures' names and bytes. */
  readonly pictures: string;
  readonly calibrated: number;
  readonly heldOut: number;
  /** Found by the float nets in what was held out. */
  readonly faces: number;
}

/** `quantized.json` beside the int8 forms of a pack's nets. */
export const QUANTISED = new MadeFiles<QuantisedFile>('quantized.json', 1);

/** Name of the int8 form of a net. */
export function quantisedName(net: NetSpec): string {
  return `${stemOf(net)}.int8.onnx`;
}
