import type { Dispatcher } from 'undici';
import type { HttpClient, HttpResponse } from '../packs/ports.js';
import { atLeast, type LowestRate } from './lowest-rate.js';

export interface HttpOptions {
  /** Tries of one request after the first. */
  readonly retries: number;
  /** Milliseconds before the first retry; doubles with each further one, up to 30 s. */
  readonly firstDelay: number;
  /** Milliseconds without a byte after which a connection counts as dead. */
  readonly silence: number;
  /** What a body that is not silent must bring: below it, a gigabyte would take more than ten days. */
  readonly lowestRate: LowestRate;
}

const DEFAULTS: HttpOptions = {
  retries: 4,
  firstDelay: 500,
  silence: 30_000,
  lowestRate: { bytes: 60_000, within: 60_000 },
};

/**
 * undici 7 dies of an assertion when a server that closes the connection after its answer (HTTP/1.0, `Connection: close`)
 * does so while the body is paused (nodejs/undici#5360, mended in 8, which needs a newer Node). So the body is never
 * paused: what the disk cannot take at once waits in memory, at worst the file.
 */
const NEVER_PAUSE = 2 ** 30;

/** undici's own list of faults that pass, and its timeouts, which it leaves out. */
const PASSING_FAULTS = [
  'ECONNRESET',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENETDOWN',
  'ENETUNREACH',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
];

/** The client of `models pull`. Imports undici (60 ms) when it is first asked. Proxies: HTTPS_PROXY, HTTP_PROXY, NO_PROXY. */
export function createHttpClient(options: Partial<HttpOptions> = {}): HttpClient {
  const settings = { ...DEFAULTS, ...options };
  let opened: Promise<Dispatcher> | undefined;
  return {
    async get(url, { from, signal }) {
      const { request } = await import('undici');
      opened ??= openDispatcher(settings);
      try {
        const response = await request(url, {
          dispatcher: await opened,
          highWaterMark: NEVER_PAUSE,
          // Compressed transfer would make offsets and sizes those of another file.
          headers: { 'accept-encoding': 'identity', ...(from > 0 ? { range: `bytes=${from}-` } : {}) },
          ...(signal ? { signal } : {}),
        });
        return describe(response, settings.lowestRate);
      } catch (error) {
        signal?.throwIfAborted();
        throw explained(error);
      }
    },
    async close() {
      await (await opened)?.destroy();
    },
  };
}

async function openDispatcher(settings: HttpOptions): Promise<Dispatcher> {
  const { EnvHttpProxyAgent, interceptors } = await import('undici');
  const agent = new EnvHttpProxyAgent({
    connectTimeout: settings.silence,
    headersTimeout: settings.silence,
    bodyTimeout: settings.silence,
  });
  return agent.compose(
    interceptors.redirect({ maxRedirections: 5 }),
    interceptors.retry({
      maxRetries: settings.retries,
      minTimeout: settings.firstDelay,
      errorCodes: PASSING_FAULTS,
    }),
  );
}

function describe(response: Dispatcher.ResponseData, rate: LowestRate): HttpResponse {
  const { statusCode: status, headers, body } = response;
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header(headers['content-range']) ?? '');
  const partial = status === 206 && range !== null;
  const total = partial ? range[2] : header(headers['content-length']);
  return {
    status,
    start: partial ? Number(range[1]) : 0,
    total: total === undefined || total === '*' ? undefined : Number(total),
    body: atLeast(rate, body),
    cancel() {
      body.on('error', () => undefined);
      body.destroy();
    },
  };
}

/** After the last retry undici says no more than "Request failed". */
function explained(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const status = (error as { statusCode?: unknown }).statusCode;
  return typeof status === 'number'
    ? new Error(`the server answered HTTP ${status} again and again`, { cause: error })
    : error;
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
