/** A message of protobuf's text format: each field with its values in order. Numbers and names stay text. */
export type Message = ReadonlyMap<string, readonly Value[]>;
type Value = string | Message;

/**
 * Reads protobuf text, the format of Caffe's `.prototxt` files.
 * @throws {SyntaxError} naming the line.
 */
export function parsePrototxt(text: string): Message {
  const tokens = [...tokenize(text)];
  let at = 0;

  const fail = (what: string): SyntaxError => {
    const { value, line } = tokens[at] ?? { value: 'the end', line: tokens.at(-1)?.line ?? 1 };
    return new SyntaxError(`Expected ${what} at line ${line}, found ${value}`);
  };

  const message = (close: string | undefined): Message => {
    const fields = new Map<string, Value[]>();
    while (at < tokens.length && tokens[at]?.value !== close) {
      const [name, value] = field();
      const values = fields.get(name);
      if (values) values.push(value);
      else fields.set(name, [value]);
    }
    if (close !== undefined && at >= tokens.length) throw fail(close);
    at += 1;
    return fields;
  };

  const field = (): [string, Value] => {
    const name = tokens[at];
    if (name?.kind !== 'word') throw fail('a field name');
    at += 1;
    const colon = tokens[at]?.value === ':';
    if (colon) at += 1;
    const value = tokens[at];
    if (value?.kind === 'mark' && (value.value === '{' || value.value === '<')) {
      at += 1;
      return [name.value, message(value.value === '{' ? '}' : '>')];
    }
    if (!colon || !value || value.kind === 'mark') throw fail(`a value for ${name.value}`);
    at += 1;
    return [name.value, value.value];
  };

  return message(undefined);
}

interface Token {
  readonly kind: 'word' | 'string' | 'mark';
  readonly value: string;
  readonly line: number;
}

const TOKEN =
  /(?<skip>[\s,;]+|#[^\n]*)|"(?<double>[^"\n]*)"|'(?<single>[^'\n]*)'|(?<word>[\w.+-]+)|(?<mark>[{}<>:])/y;

function* tokenize(text: string): Generator<Token> {
  const pattern = new RegExp(TOKEN);
  let line = 1;
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    if (!groups) throw new SyntaxError(`Unexpected ${JSON.stringify(text.charAt(start))} at line ${line}`);
    const { skip, double, single, word, mark } = groups;
    line += skip?.split('\n').length ?? 1;
    line -= 1;
    if (word !== undefined) yield { kind: 'word', value: word, line };
    else if (mark !== undefined) yield { kind: 'mark', value: mark, line };
    else if (skip === undefined) yield { kind: 'string', value: double ?? single ?? '', line };
  }
}

/** Typed access to one field of a message. A field that is absent gives the fallback. */
export function textOf(message: Message, name: string): string | undefined {
  const value = message.get(name)?.at(-1);
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(message: Message, name: string, fallback: number): number {
  const value = textOf(message, name);
  return value === undefined ? fallback : Number(value);
}

export function booleanOf(message: Message, name: string, fallback: boolean): boolean {
  const value = textOf(message, name);
  return value === undefined ? fallback : value === 'true' || value === '1';
}

export function textsOf(message: Message, name: string): string[] {
  return (message.get(name) ?? []).filter((value) => typeof value === 'string');
}

export function numbersOf(message: Message, name: string): number[] {
  return textsOf(message, name).map(Number);
}

export function messagesOf(message: Message, name: string): Message[] {
  return (message.get(name) ?? []).filter((value) => typeof value !== 'string');
}

/** The last message of this name; empty when absent, as protobuf has it. */
export function childOf(message: Message, name: string): Message {
  return messagesOf(message, name).at(-1) ?? new Map<string, Value[]>();
}
