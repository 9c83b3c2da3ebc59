import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { formatLine } from '../core/report.js';
import type { FailureCode } from '../types.js';
import type { Copy, Tagged } from './tagger.js';

/** What is sent back. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Readable;
}

/** Of a picture that failed for a reason that is not in its bytes. */
const STATUS: Partial<Record<FailureCode, number>> = {
  TIMEOUT: 504,
  CRASHED: 500,
  UNREADABLE: 500,
  NOT_A_FILE: 500,
  WRITE_FAILED: 500,
};

const UNPROCESSABLE = 422;

/** Of the first picture that failed. */
function statusOf(tagged: readonly Tagged[]): number {
  const failed = tagged.find(({ record }) => record.error)?.record.error;
  return failed ? (STATUS[failed.code] ?? UNPROCESSABLE) : 200;
}

/** A record a line, as `--jsonl` has it: one is JSON, too. */
export function recordsAnswer(tagged: readonly Tagged[]): Answer {
  const type = tagged.length === 1 ? 'application/json' : 'application/x-ndjson';
  return {
    status: statusOf(tagged),
    headers: { 'content-type': type },
    body: tagged.map(({ record }) => formatLine(record)).join(''),
  };
}

/** The annotated copy itself; the record where there is none. */
export function copyAnswer(tagged: Tagged): Answer {
  const { copy, copyFailure } = tagged;
  if (!copy) return { ...recordsAnswer([tagged]), ...(copyFailure && { status: 500 }) };
  const headers = {
    'content-type': copy.type,
    'content-length': String(copy.bytes),
    'content-disposition': `inline; filename*=UTF-8''${encodeName(copy.name)}`,
  };
  return { status: 200, headers, body: copy.content };
}

/** Characters that RFC 8187 lets stand, and `encodeURIComponent` does too, less those that it must not. */
const encodeName = (name: string): string => encodeURIComponent(name).replace(/['()*]/g, escape);

const escape = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/**
 * Records and copies as the parts of a form, which browsers and libraries read: for each picture `record` and then
 * `annotated`, or `error` where the copy alone could not be drawn.
 */
export function formAnswer(tagged: readonly Tagged[]): Answer {
  const boundary = `facetag-${randomUUID()}`;
  const parts = tagged.flatMap((each) => partsOf(each));
  const heads = parts.map(({ head }) => `--${boundary}\r\n${head}\r\n\r\n`);
  const tail = `--${boundary}--\r\n`;
  const bytes = parts.reduce(
    (sum, { content }, index) => sum + Buffer.byteLength(heads[index] ?? '') + sizeOf(content) + 2,
    tail.length,
  );
  const write = async function* (): AsyncGenerator<string | Uint8Array> {
    for (const [index, { content }] of parts.entries()) {
      yield heads[index] ?? '';
      if (typeof content === 'string') yield content;
      else yield* content.content as AsyncIterable<Uint8Array>;
      yield '\r\n';
    }
    yield tail;
  };
  const body = Readable.from(write(), { objectMode: false });
  // Whoever goes away half way leaves copies that nothing has begun to read.
  body.on('close', () => {
    for (const { copy } of tagged) copy?.content.destroy();
  });
  return {
    status: statusOf(tagged),
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(bytes),
    },
    body,
  };
}

interface Part {
  readonly head: string;
  readonly content: string | Copy;
}

function partsOf({ record, copy, copyFailure }: Tagged): Part[] {
  const json = (name: string, content: string): Part => ({
    head: `content-disposition: form-data; name="${name}"\r\ncontent-type: application/json`,
    content,
  });
  const { image } = record;
  return [
    json('record', formatLine(record)),
    ...(copyFailure ? [json('error', JSON.stringify({ image, ...copyFailure }) + '\n')] : []),
    ...(copy ? [copyPart(copy)] : []),
  ];
}

/** A file's name in a form, as browsers write it; it has no control characters. */
function copyPart(copy: Copy): Part {
  const name = copy.name.replaceAll('"', '%22');
  return {
    head: `content-disposition: form-data; name="annotated"; filename="${name}"\r\ncontent-type: ${copy.type}`,
    content: copy,
  };
}

function sizeOf(content: string | Copy): number {
  return typeof content === 'string' ? Buffer.byteLength(content) : content.bytes;
}
