import type { FailureCode } from '../types.js';

/** Why a request was refused, beside the codes of pictures: a closed set, documented in docs/serve.md. */
export type ApiCode =
  | Extract<FailureCode, 'TOO_LARGE'>
  | 'BAD_REQUEST'
  | 'NO_PICTURE'
  | 'TOO_MANY_PICTURES'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'WRONG_HOST'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'NOT_ACCEPTABLE'
  | 'UNSUPPORTED_ENCODING'
  | 'BUSY'
  | 'STOPPING'
  | 'INTERNAL';

/** A request that is refused as a whole. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: ApiCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  /** The body of the answer: one line of JSON. */
  get body(): string {
    return JSON.stringify({ error: { code: this.code, message: this.message } }) + '\n';
  }
}

/** There is too much to do now. @param seconds after which it may be worth another try. */
export function busy(message: string, seconds: number): ApiError {
  return new ApiError(503, 'BUSY', message, { 'retry-after': String(seconds) });
}

export function stopping(): ApiError {
  return new ApiError(503, 'STOPPING', 'The server is being stopped', { 'retry-after': '5' });
}

/** The client went away: nobody hears of it. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

/** As proxies count a client that went away before its answer. */
export const CLIENT_GONE = 499;
