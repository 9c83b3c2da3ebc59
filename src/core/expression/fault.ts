import { FatalError, usageError } from '../../errors.js';

/** A mistake in an expression: where (UTF-16 offset from 0, up to and including the length) and what was wanted. */
export class ExpressionFault extends Error {
  override readonly name = 'ExpressionFault';

  constructor(
    readonly at: number,
    readonly hint: string,
  ) {
    super(hint);
  }
}

/** Characters of the expression shown on each side of the fault: a line fits a terminal of 80 columns. */
const CONTEXT = 36;

/** Anything that would break or disguise the line that the caret points into; each takes one column. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * The fault as the usage error that a person reads: what came, the expression, and a caret under the place.
 * @param flag as typed, e.g. `--fail-if`.
 */
export function pointAt(source: string, flag: string, fault: ExpressionFault): FatalError {
  const from = fault.at > CONTEXT + 1 ? fault.at - CONTEXT : 0;
  const to = fault.at + CONTEXT + 1 < source.length ? fault.at + CONTEXT : source.length;
  const head = from > 0 ? '…' : '';
  const shown = head + source.slice(from, to) + (to < source.length ? '…' : '');
  const column = head.length + fault.at - from;
  const { code, message } = usageError('an expression', flag, abbreviate(source));
  return new FatalError(code, `${message}\n  ${visible(shown)}\n  ${' '.repeat(column)}^ ${fault.hint}`);
}

/** At most `2 * CONTEXT` characters. */
function abbreviate(source: string): string {
  return source.length > 2 * CONTEXT ? `${source.slice(0, 2 * CONTEXT - 1)}…` : source;
}

/** One visible column for each UTF-16 unit that a terminal would swallow or obey. */
function visible(text: string): string {
  return text.replace(UNPRINTABLE, (found) => '·'.repeat(found.length));
}
