import type jsep from 'jsep';
import { ExpressionFault } from './fault.js';
import { FACE_NAMES, PICTURE_NAMES } from './names.js';
import type { ParsedExpression } from './parse.js';
import { ARITHMETIC, COMPARISON, NOUN, toPart } from './parts.js';
import type { Part, Read } from './parts.js';

/** `gender, age, status or code`. */
const TEXT_NAMES = [...FACE_NAMES, ...PICTURE_NAMES]
  .flatMap(([name, { type }]) => (type === 'text' ? [name] : []))
  .join(', ')
  .replace(/, (\w+)$/, ' or $1');

/** An absent text is neither equal to anything nor different from it, as an absent number. */
function sameText(read: Read<string | undefined>, wanted: string, equal: boolean): Read<boolean> {
  return (picture, face) => {
    const value = read(picture, face);
    return value !== undefined && (value === wanted) === equal;
  };
}

/** Turns a parsed expression into closures over a closed set of names; everything else is a fault. */
export class Compiler {
  constructor(
    private readonly parsed: ParsedExpression,
    /** Whether the names of a face mean something here. */
    private readonly inFace = false,
    /** Names of a face that no face will have, each with what would give it one. */
    private readonly untold: ReadonlyMap<string, string> = new Map(),
  ) {}

  condition(node: jsep.Expression): Read<boolean> {
    const part = this.part(node);
    if (part.type === 'condition') return part.read;
    this.fail(node, `expected a condition, such as faces > 0, found ${NOUN[part.type]}`);
  }

  private number(node: jsep.Expression): Read<number> {
    const part = this.part(node);
    if (part.type === 'number') return part.read;
    this.fail(node, `expected a number here, found ${NOUN[part.type]}`);
  }

  private part(node: jsep.Expression): Part {
    // The index signature of jsep's base type defeats narrowing; every case below checks what it takes on trust.
    const core = node as jsep.CoreExpression;
    switch (core.type) {
      case 'Literal':
        return this.literal(core);
      case 'Identifier':
        return this.name(core);
      case 'UnaryExpression':
        return this.unary(core);
      case 'BinaryExpression':
        return this.binary(core);
      case 'CallExpression':
        return this.call(core);
      case 'ThisExpression':
        return this.unknown(core, 'this');
      default:
        this.fail(node, 'expected names, numbers, quoted texts, comparisons, any(…), all(…) or count(…)');
    }
  }

  private literal(node: jsep.Literal): Part {
    const { value } = node;
    if (typeof value === 'number') return { type: 'number', read: () => value };
    if (typeof value === 'boolean') return { type: 'condition', read: () => value };
    if (typeof value === 'string') return { type: 'quoted', value };
    return this.unknown(node, node.raw);
  }

  private name(node: jsep.Identifier): Part {
    const ofFace = this.inFace ? FACE_NAMES.get(node.name) : undefined;
    const remedy = ofFace && this.untold.get(node.name);
    if (remedy !== undefined) this.fail(node, `no face has it in this run: ${remedy}`);
    if (ofFace) return toPart(ofFace, (_, face) => face);
    const ofPicture = PICTURE_NAMES.get(node.name);
    if (ofPicture) return toPart(ofPicture, (picture) => picture);
    return this.unknown(node, node.name);
  }

  private unary(node: jsep.UnaryExpression): Part {
    if (node.operator === '!') {
      const operand = this.condition(node.argument);
      return { type: 'condition', read: (picture, face) => !operand(picture, face) };
    }
    if (node.operator !== '-' && node.operator !== '+') this.fail(node, 'expected a value here');
    const operand = this.number(node.argument);
    const sign = node.operator === '-' ? -1 : 1;
    return { type: 'number', read: (picture, face) => sign * operand(picture, face) };
  }

  private binary(node: jsep.BinaryExpression): Part {
    const { operator } = node;
    if (operator === '&&' || operator === '||') return this.logical(node, operator);
    const compute = ARITHMETIC.get(operator);
    if (compute) {
      const [left, right] = [this.number(node.left), this.number(node.right)];
      return {
        type: 'number',
        read: (picture, face) => compute(left(picture, face), right(picture, face)),
      };
    }
    return { type: 'condition', read: this.comparison(node, operator) };
  }

  private logical(node: jsep.BinaryExpression, operator: '&&' | '||'): Part {
    const [left, right] = [this.condition(node.left), this.condition(node.right)];
    return {
      type: 'condition',
      read:
        operator === '&&'
          ? (picture, face) => left(picture, face) && right(picture, face)
          : (picture, face) => left(picture, face) || right(picture, face),
    };
  }

  private comparison(node: jsep.BinaryExpression, operator: string): Read<boolean> {
    const [left, right] = [this.part(node.left), this.part(node.right)];
    const compare = COMPARISON.get(operator);
    if (!compare) this.fail(node, `expected one of ${[...COMPARISON.keys()].join(' ')}`);
    if (left.type === 'number' && right.type === 'number') {
      return (picture, face) => compare(left.read(picture, face), right.read(picture, face));
    }
    if (operator !== '==' && operator !== '!=') this.failOrder(node, left, right);
    return this.equality(node, left, right, operator === '==');
  }

  /** `==` and `!=` (`equal` false) of anything but two numbers. */
  private equality(node: jsep.BinaryExpression, left: Part, right: Part, equal: boolean): Read<boolean> {
    if (left.type === 'condition' && right.type === 'condition') {
      return (picture, face) => (left.read(picture, face) === right.read(picture, face)) === equal;
    }
    if (left.type === 'text' && right.type === 'quoted') {
      return sameText(left.read, this.oneOf(left.values, right.value, node.right), equal);
    }
    if (left.type === 'quoted' && right.type === 'text') {
      return sameText(right.read, this.oneOf(right.values, left.value, node.left), equal);
    }
    if (left.type === 'quoted') this.fail(node.left, `a quoted text goes with ${TEXT_NAMES}`);
    const wanted = left.type === 'text' ? NOUN.quoted : NOUN[left.type];
    this.fail(node.right, `expected ${wanted} here, found ${NOUN[right.type]}`);
  }

  /** The member of a closed set that is meant, upper or lower case. */
  private oneOf(values: readonly string[], typed: string, node: jsep.Expression): string {
    const meant = values.find((value) => value.toLowerCase() === typed.toLowerCase());
    if (meant !== undefined) return meant;
    this.fail(node, `expected one of ${values.map((value) => JSON.stringify(value)).join(' ')}`);
  }

  private failOrder(node: jsep.BinaryExpression, left: Part, right: Part): never {
    const [culprit, part] = left.type === 'number' ? [node.right, right] : [node.left, left];
    this.fail(culprit, `expected a number here, found ${NOUN[part.type]}`);
  }

  private call(node: jsep.CallExpression): Part {
    const { name } = node.callee as Partial<jsep.Identifier>;
    if (node.callee.type !== 'Identifier' || (name !== 'any' && name !== 'all' && name !== 'count')) {
      this.fail(node, 'expected any(…), all(…) or count(…)');
    }
    if (this.inFace) this.fail(node, `${name}(…) looks at one face already here`);
    const [argument, extra] = node.arguments;
    if (!argument || extra) this.fail(extra ?? node, `expected one condition: ${name}(minAge >= 25)`);
    const holds = new Compiler(this.parsed, true, this.untold).condition(argument);
    switch (name) {
      case 'any':
        return { type: 'condition', read: (picture) => picture.faces.some((face) => holds(picture, face)) };
      case 'all':
        return { type: 'condition', read: (picture) => picture.faces.every((face) => holds(picture, face)) };
      case 'count':
        return {
          type: 'number',
          read: (picture) => picture.faces.reduce((n, face) => (holds(picture, face) ? n + 1 : n), 0),
        };
    }
  }

  private unknown(node: jsep.Expression, name: string): never {
    if (FACE_NAMES.has(name)) this.fail(node, `${name} belongs to a face: any(${name} …), all(${name} …)`);
    const names = this.inFace
      ? new Set([...FACE_NAMES.keys(), ...PICTURE_NAMES.keys()])
      : PICTURE_NAMES.keys();
    this.fail(node, `expected one of ${[...names].join(', ')}`);
  }

  private fail(node: jsep.Expression, hint: string): never {
    throw new ExpressionFault(this.parsed.startOf(node), hint);
  }
}
