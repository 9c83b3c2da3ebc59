import { nearest } from '../core/nearest.js';
import { usageError } from '../errors.js';
import type { EvaluationReport } from './evaluation-report.js';
import { FIGURES, FIGURE_NAMES, type FigureName } from './figures.js';

/** A figure that must not be below, or above, a limit. */
export interface Gate {
  readonly figure: FigureName;
  readonly bound: 'min' | 'max';
  readonly limit: number;
}

/** A gate that a report does not pass. */
export interface MissedGate extends Gate {
  /** Absent where the report does not have the figure, which passes no gate. */
  readonly value?: number;
}

/** A gap of 0.8 - 0.7 is not above 0.1: binary arithmetic leaves no more than this. */
const ROUNDING = 1e-12;

/**
 * Reads `gender-accuracy=0.9`.
 *
 * @throws {FatalError} USAGE, with the names of all figures for a wrong one.
 */
export function readGate(text: string, bound: Gate['bound']): Gate {
  const flag = `--${bound}`;
  const [, name = text, number = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
  const figure = FIGURE_NAMES.find((each) => each === name);
  if (!figure) {
    const meant = nearest(name, FIGURE_NAMES);
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
    throw usageError(`<figure>=<number>, of ${FIGURE_NAMES.join(', ')}${hint},`, flag, text);
  }
  const { max } = FIGURES[figure];
  const limit = number.trim() === '' ? NaN : Number(number);
  if (!(limit >= 0 && limit <= max && limit < Infinity)) {
    const range = max === Infinity ? 'a number from 0 on' : `a number in 0..${max}`;
    throw usageError(`${range} for ${figure}`, flag, text);
  }
  return { figure, bound, limit };
}

/** In the order of the gates. */
export function missedGates(report: EvaluationReport, gates: readonly Gate[]): MissedGate[] {
  return gates.flatMap((gate) => {
    const value = FIGURES[gate.figure].read(report);
    if (value === undefined) return [gate];
    const shortBy = gate.bound === 'min' ? gate.limit - value : value - gate.limit;
    return shortBy > ROUNDING ? [{ ...gate, value }] : [];
  });
}
