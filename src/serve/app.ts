import multipart from '@fastify/multipart';
import serveStatic from '@fastify/static';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { FatalError } from '../errors.js';
import type { EventLog } from '../ports.js';
import { ApiError, busy, CLIENT_GONE, ClientGoneError, stopping } from './api-error.js';
import { admit, type Guard } from './guard.js';
import { addTagRoute, type TagRoutePorts } from './tag-route.js';
import { boundConnections, SECURITY_HEADERS, Traffic } from './traffic.js';

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

/** Connections that one address may hold, so that it leaves some to others. A proxy in front counts as one. */
const MOST_OF_ONE_ADDRESS = 256;

/** The HTTP side of `facetag serve`. */
export async function createApp(options: AppOptions, ports: AppPorts): Promise<FastifyInstance> {
  const traffic = new Traffic(ports);
  const begin = (request: FastifyRequest, reply: FastifyReply): void => {
    reply.headers(SECURITY_HEADERS);
    traffic.begin(request, reply);
  };
  const app = fastify({
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => {
      traffic.refuseUnparsed(error, socket);
    },
    frameworkErrors: (error, request, reply) => {
      begin(request, reply);
      void refuse(error, request, reply, ports);
    },
    http: {
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, options.requestTimeoutMs),
      connectionsCheckingInterval: 500,
      // Refused below, in the form of the others.
      requireHostHeader: false,
    },
  });
  const { server } = app;
  server.maxConnections = MOST_CONNECTIONS;
  boundConnections(server, MOST_OF_ONE_ADDRESS, (socket) => {
    traffic.refuse(socket, busy('This address holds too many connections', 1));
  });
  // By default the answers are yes and no, before anybody has looked at the request.
  for (const event of ['checkContinue', 'checkExpectation'])
    server.on(event, (request, response) => server.emit('request', request, response));
  server.on('connect', (_request, socket) => {
    traffic.refuse(
      socket,
      new ApiError(405, 'METHOD_NOT_ALLOWED', 'This is no proxy', { allow: 'GET, HEAD, POST' }),
    );
  });

  const routes = listRoutes(app);
  const isClosing = letGoWhenClosing(app);
  app.addHook('onRequest', async (request, reply) => {
    begin(request, reply);
    requireMeant(request.raw);
    admit(pathOf(request), request.headers, options.guard);
    if (isClosing()) throw stopping();
    return Promise.resolve();
  });
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply, ports));
  app.setNotFoundHandler((request, reply) => refuse(unknownRoute(request, routes), request, reply, ports));

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

/** Methods of each path. A path that is asked for is looked up here, never taken for a pattern. */
function listRoutes(app: FastifyInstance): ReadonlyMap<string, ReadonlySet<string>> {
  const routes = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = routes.get(url) ?? new Set();
    for (const each of [method].flat()) methods.add(each);
    routes.set(url, methods);
  });
  return routes;
}

/** @throws {ApiError} BAD_REQUEST for what HTTP/1.1 asks of each request. */
function requireMeant({ httpVersion, headers }: IncomingMessage): void {
  if (httpVersion === '1.1' && headers.host === undefined)
    throw new ApiError(400, 'BAD_REQUEST', 'Expected a Host header');
  if (headers.expect !== undefined && !/^100-continue$/i.test(headers.expect))
    throw new ApiError(417, 'BAD_REQUEST', 'Expected no expectation but 100-continue');
}

/** A connection that is kept for a next request would hold up the end. */
function letGoWhenClosing(app: FastifyInstance): () => boolean {
  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
    return Promise.resolve();
  });
  return () => closing;
}

function unknownRoute(request: FastifyRequest, routes: ReadonlyMap<string, ReadonlySet<string>>): ApiError {
  const allowed = [...(routes.get(pathOf(request)) ?? [])].sort().join(', ');
  return allowed === ''
    ? new ApiError(404, 'NOT_FOUND', 'There is /, /v1/tag, /healthz and /metrics')
    : new ApiError(405, 'METHOD_NOT_ALLOWED', `Expected ${allowed}`, { allow: allowed });
}

/** How long what a refused client still sends is dropped before its connection is closed. */
const LINGER_MS = 2000;

/**
 * Lets a client that is still sending read its answer: a connection that is closed with bytes unread is reset, and the answer
 * is lost (nginx: `lingering_close`). Node calls `destroySoon` once the answer is written.
 */
function linger(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => {
      clearTimeout(timer);
    });
  };
}

/** Says why a request is not answered. What it has not sent yet is dropped. */
function refuse(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { log, onFatal }: AppPorts,
): FastifyReply {
  if (error instanceof FatalError) onFatal(error);
  const refusal = refusalOf(error);
  if (refusal.status === 500) log.emit({ event: 'warning', message: describe(error) });
  if (!request.raw.complete) {
    void reply.header('connection', 'close');
    linger(request.raw.socket);
  }
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
