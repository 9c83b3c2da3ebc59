import multipart from '@fastify/multipart';
import serveStatic from '@fastify/static';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type HTTPMethods,
} from 'fastify';
import { FatalError } from '../errors.js';
import type { EventLog } from '../ports.js';
import { ApiError, CLIENT_GONE, ClientGoneError } from './api-error.js';
import { admit, type Guard } from './guard.js';
import { addTagRoute, type TagRoutePorts } from './tag-route.js';

export interface AppOptions {
  readonly guard: Guard;
  /** Milliseconds in which a request must have arrived. */
  readonly requestTimeoutMs: number;
  /** Absolute path of the folder that the page's files are in. */
  readonly page: string;
}

export interface AppPorts extends TagRoutePorts {
  /** Lanes whose nets are loaded. */
  readonly readyLanes: () => number;
  readonly log: EventLog;
  /** Told of what the server cannot go on after. */
  readonly onFatal: (error: FatalError) => void;
}

/** The head of a request must have arrived in this time, in milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000;

/**
 * A connection without a request is kept so long, in milliseconds: longer than proxies keep theirs (60 s), since a request
 * that meets its end on the way is lost.
 */
const KEEP_ALIVE_MS = 72_000;

/** Connections at once: each may hold an upload's first bytes. */
const MOST_CONNECTIONS = 1024;

/** Nothing but the page's own code runs, talks or shows anything; nobody frames it; nothing is remembered. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
};

/** The HTTP side of `facetag serve`. */
export async function createApp(options: AppOptions, ports: AppPorts): Promise<FastifyInstance> {
  const app = fastify({
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    frameworkErrors: (error, request, reply) => {
      void refuse(error, request, reply, ports);
    },
    http: {
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, options.requestTimeoutMs),
      connectionsCheckingInterval: 500,
    },
  });
  app.server.maxConnections = MOST_CONNECTIONS;
  // By default the answer is yes, before anybody has looked at the request.
  app.server.on('checkContinue', (request, response) => app.server.emit('request', request, response));

  countRequests(app, ports);
  letGoWhenClosing(app);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    admit(pathOf(request), request.headers, options.guard);
    return Promise.resolve();
  });
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply, ports));
  app.setNotFoundHandler((request, reply) => refuse(unknownRoute(request, app), request, reply, ports));

  // Bodies are pictures, whatever they call themselves; forms are read part by part.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => {
    done(null);
  });
  await app.register(multipart);
  await app.register(serveStatic, {
    root: options.page,
    wildcard: false,
    decorateReply: false,
    dotfiles: 'ignore',
    cacheControl: false,
  });
  app.get('/healthz', (_request, reply) => {
    const ready = ports.readyLanes();
    return reply.code(ready > 0 ? 200 : 503).send({ status: ready > 0 ? 'ready' : 'starting', lanes: ready });
  });
  app.get('/metrics', async (_request, reply) => {
    return reply.type(ports.metrics.contentType).send(await ports.metrics.text());
  });
  addTagRoute(app, ports);
  await app.ready();
  return app;
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0] ?? '';

function countRequests(app: FastifyInstance, { metrics, log }: AppPorts): void {
  const count = (request: FastifyRequest, status: number, ms: number): void => {
    const route = request.routeOptions.url ?? 'none';
    metrics.request(route, request.method, status);
    log.emit({ event: 'request', method: request.method, route, status, ms: Math.round(ms) });
  };
  app.addHook('onRequest', async (request, reply) => {
    reply.raw.on('close', () => {
      // A client that has every byte may close before this side knows that it was the last one.
      count(request, reply.raw.headersSent ? reply.statusCode : CLIENT_GONE, reply.elapsedTime);
    });
    return Promise.resolve();
  });
}

/** A connection that is kept for a next request would hold up the end. */
function letGoWhenClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
    return Promise.resolve();
  });
}

function unknownRoute(request: FastifyRequest, app: FastifyInstance): ApiError {
  const url = pathOf(request);
  const methods: HTTPMethods[] = ['GET', 'HEAD', 'POST'];
  const allowed = methods.filter((method) => app.hasRoute({ url, method })).join(', ');
  return allowed === ''
    ? new ApiError(404, 'NOT_FOUND', 'There is /, /v1/tag, /healthz and /metrics')
    : new ApiError(405, 'METHOD_NOT_ALLOWED', `Expected ${allowed}`, { allow: allowed });
}

/** Says why a request is not answered. What it has not sent yet is not read. */
function refuse(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { log, onFatal }: AppPorts,
): FastifyReply {
  if (error instanceof FatalError) onFatal(error);
  const refusal = refusalOf(error);
  if (refusal.status === 500) log.emit({ event: 'warning', message: describe(error) });
  if (!request.raw.complete) void reply.header('connection', 'close');
  return reply.code(refusal.status).headers(refusal.headers).type('application/json').send(refusal.body);
}

function refusalOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof ClientGoneError) return new ApiError(CLIENT_GONE, 'BAD_REQUEST', 'The client is gone');
  const status = statusOf(error);
  return status === undefined
    ? new ApiError(500, 'INTERNAL', 'The server has a fault of its own')
    : new ApiError(status, 'BAD_REQUEST', error instanceof Error ? error.message : 'The request is wrong');
}

/** Of the framework's own refusals, which are about the request. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
