import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { codeOf } from '../core/thrown.js';
import type { EventLog } from '../ports.js';
import { ApiError, CLIENT_GONE } from './api-error.js';
import type { Metrics } from './metrics.js';

/** Nothing but the page's own code runs, talks or shows anything; nobody frames it; nothing is remembered. */
export const SECURITY_HEADERS = {
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

/** Of what was refused before it was a request. */
const NONE = 'none';

/** Counts and logs each request once, however it ends, and refuses what never becomes one. */
export class Traffic {
  /** Answers under way on a connection. */
  readonly #open = new WeakMap<Duplex, Set<ServerResponse>>();
  /** Statuses of connections that were refused while an answer was under way. */
  readonly #refused = new WeakMap<Duplex, number>();

  constructor(private readonly ports: { readonly metrics: Metrics; readonly log: EventLog }) {}

  begin(request: FastifyRequest, reply: FastifyReply): void {
    const { socket } = request.raw;
    const { raw } = reply;
    const open = this.#open.get(socket) ?? new Set();
    this.#open.set(socket, open.add(raw));
    raw.on('close', () => {
      open.delete(raw);
      // A client that has every byte may close before this side knows that it was the last one.
      const status = raw.headersSent ? reply.statusCode : (this.#refused.get(socket) ?? CLIENT_GONE);
      this.#count(request.routeOptions.url ?? NONE, request.method, status, reply.elapsedTime);
    });
  }

  /** Answers what the parser of HTTP makes nothing of, and closes the connection. */
  refuseUnparsed(error: Error, socket: Duplex): void {
    const code = codeOf(error);
    if (code === 'ECONNRESET' || socket.destroyed) return;
    // The client closed the connection within a request whose head had come: it is counted as gone.
    if (code === 'HPE_INVALID_EOF_STATE' && this.#isOpen(socket)) socket.destroy();
    else this.refuse(socket, refusalOf(code));
  }

  /** Answers for a connection as a whole, and closes it. */
  refuse(socket: Duplex, refusal: ApiError): void {
    const answers = [...(this.#open.get(socket) ?? [])];
    if (answers.length > 0) this.#refused.set(socket, refusal.status);
    else this.#count(NONE, NONE, refusal.status, 0);
    // Where an answer has begun, this would be taken for the rest of it.
    if (answers.some(({ headersSent }) => headersSent) || !socket.writable) {
      socket.destroy();
      return;
    }
    socket.on('error', () => undefined);
    socket.end(textOf(refusal), () => socket.destroy());
  }

  #isOpen(socket: Duplex): boolean {
    return (this.#open.get(socket)?.size ?? 0) > 0;
  }

  #count(route: string, method: string, status: number, ms: number): void {
    this.ports.metrics.request(route, method, status);
    this.ports.log.emit({ event: 'request', method, route, status, ms: Math.round(ms) });
  }
}

/** Refuses connections of an address that holds `most` already. */
export function boundConnections(server: Server, most: number, refuse: (socket: Socket) => void): void {
  const held = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const { remoteAddress = '' } = socket;
    const count = (held.get(remoteAddress) ?? 0) + 1;
    held.set(remoteAddress, count);
    socket.on('close', () => {
      const left = (held.get(remoteAddress) ?? 0) - 1;
      if (left > 0) held.set(remoteAddress, left);
      else held.delete(remoteAddress);
    });
    if (count > most) refuse(socket);
  });
}

function refusalOf(code: string | undefined): ApiError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ApiError(408, 'BAD_REQUEST', 'The request did not arrive in time');
    case 'HPE_HEADER_OVERFLOW':
      return new ApiError(431, 'BAD_REQUEST', 'The head of the request is too large');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new ApiError(413, 'BAD_REQUEST', 'The request has too large chunk extensions');
    default:
      return new ApiError(400, 'BAD_REQUEST', 'That is no HTTP request');
  }
}

function textOf({ status, headers, body }: ApiError): string {
  const all = {
    ...SECURITY_HEADERS,
    ...headers,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}
