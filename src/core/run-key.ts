import type { RunKey } from '../types.js';

/** What tells one run's results from another's. */
export const RUN_KEYS = [
  'pack',
  'models',
  'settings',
  'engine',
  'precision',
] as const satisfies (keyof RunKey)[];

/** As records show it. */
export function toRunRecord({ pack, models, settings, engine, precision }: RunKey): RunKey {
  return { pack, models, settings, engine, ...(precision !== undefined && { precision }) };
}

/** The engine in words: `onnxruntime`, or `onnxruntime int8`. */
export function engineText({ engine, precision }: Pick<RunKey, 'engine' | 'precision'>): string {
  return precision === undefined ? engine : `${engine} ${precision}`;
}
