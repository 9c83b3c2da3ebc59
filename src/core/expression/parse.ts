import jsep from 'jsep';
import { ExpressionFault } from './fault.js';

/**
 * Longest expression accepted, in characters. A chain of that many one-letter operands is walked within a third of
 * the default stack of Node.
 */
const MAX_LENGTH = 2000;

/** Deepest nesting of parentheses, calls and signs: keeps the recursive parser far from the end of the stack. */
const MAX_DEPTH = 100;

/** An expression as jsep parsed it, and where its parts stand in the source. */
export interface ParsedExpression {
  readonly tree: jsep.Expression;
  /** Offset of the first character of a node of `tree`. */
  startOf(node: jsep.Expression): number;
}

/** What this file uses of the parser class: jsep exports it, and its typings leave it out. */
interface Parser {
  readonly expr: string;
  index: number;
  parse(): jsep.Expression;
  gobbleExpression(): jsep.Expression | false | undefined;
  gobbleExpressions(until?: number): jsep.Expression[];
  gobbleToken(): jsep.Expression | false | undefined;
  gobbleBinaryOp(): string | false;
  throwError(message: string): never;
}

const { Jsep } = jsep as unknown as { Jsep: new (source: string) => Parser };

const OPERATORS = new Set(['||', '&&', '==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%']);

/** What people type from other languages, tried where an operator was expected. */
const LOOKALIKES: readonly (readonly [RegExp, string])[] = [
  [/^(===|=)/, '=='],
  [/^!==/, '!='],
  [/^(\||or\b)/i, '||'],
  [/^(&|and\b)/i, '&&'],
];

/**
 * jsep with its grammar narrowed: exactly one expression, the operators above, positions kept. Subclassing leaves
 * the library's shared configuration as it is, so nothing leaks in either direction.
 */
class ExpressionParser extends Jsep {
  readonly starts = new WeakMap<jsep.Expression, number>();
  private depth = 0;

  /** jsep would take `a b`, `a, b` and `a; b` as several expressions. */
  override gobbleExpressions(until?: number): jsep.Expression[] {
    const node = this.gobbleExpression();
    if (!node) this.fail('expected a value here');
    if (this.index < this.expr.length && this.expr.charCodeAt(this.index) !== until) this.failOperator();
    return [node];
  }

  override gobbleToken(): jsep.Expression | false | undefined {
    if (++this.depth > MAX_DEPTH) this.fail(`nested more than ${MAX_DEPTH} deep`);
    this.skipSpaces();
    const start = this.index;
    const node = super.gobbleToken();
    if (node && !this.starts.has(node)) this.starts.set(node, start);
    this.depth--;
    return node;
  }

  override gobbleBinaryOp(): string | false {
    const operator = super.gobbleBinaryOp();
    if (operator !== false && !OPERATORS.has(operator)) {
      this.index -= operator.length;
      this.failOperator();
    }
    return operator;
  }

  /** Every error of the library comes through here. */
  override throwError(message: string): never {
    if (message.startsWith('Unclosed quote')) this.fail('expected the closing quote here');
    if (/^(Unclosed \(|Expected \)$)/.test(message)) this.fail('expected ) here');
    if (message.startsWith('Expected comma')) this.failOperator();
    if (/^Variable names|exponent|period/.test(message))
      this.fail('expected a number such as 18 or 0.5 here');
    this.fail('expected a value here');
  }

  private failOperator(): never {
    const rest = this.expr.slice(this.index, this.index + 4);
    const meant = LOOKALIKES.find(([typed]) => typed.test(rest))?.[1];
    this.fail(meant === undefined ? 'expected an operator or the end here' : `expected ${meant} here`);
  }

  private fail(hint: string): never {
    throw new ExpressionFault(this.index, hint);
  }

  private skipSpaces(): void {
    while (/[ \t\r\n]/.test(this.expr.charAt(this.index))) this.index++;
  }
}

/**
 * Parses one expression; names and types are not looked at yet.
 * @throws {ExpressionFault} pointing at the place.
 */
export function parseExpression(source: string): ParsedExpression {
  if (source.length > MAX_LENGTH) {
    throw new ExpressionFault(MAX_LENGTH, `expected at most ${MAX_LENGTH} characters`);
  }
  const parser = new ExpressionParser(source);
  const tree = parser.parse();
  return {
    tree,
    startOf(node) {
      let first = node;
      // A chain of operators has no place of its own: it starts where its leftmost operand does.
      while (!parser.starts.has(first) && first.type === 'BinaryExpression') {
        first = (first as jsep.BinaryExpression).left;
      }
      return parser.starts.get(first) ?? 0;
    },
  };
}
