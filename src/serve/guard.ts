import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { ApiError } from './api-error.js';

/** Who may ask for what. */
export interface Guard {
  /** What requests must bring; undefined asks for nothing. */
  readonly token: string | undefined;
  /** The host that it was told to listen on. */
  readonly host: string;
}

/** What shows no picture and tells nothing: a page that asks for the token must be seen without it. */
const OPEN = new Set(['/', '/index.html', '/client.js', '/client.css', '/healthz']);

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether only this machine itself reaches an address. */
export function isLoopback(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && LOOPBACK.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Lets a request pass, or says why not. Without a token only this machine's own programs are meant: a page from elsewhere
 * that a browser here shows may neither send nor read, under whatever name it reaches us (DNS rebinding). With a token no
 * origin is asked for: no page knows the token but one that was given it, and proxies pass on another `Host` than the page's.
 *
 * @throws {ApiError} WRONG_HOST, FORBIDDEN or UNAUTHORIZED.
 */
export function admit(path: string, headers: IncomingHttpHeaders, guard: Guard): void {
  if (path === '/healthz') return;
  if (guard.token === undefined) {
    requireOwnHost(headers.host, guard.host);
    requireOwnOrigin(headers);
  } else if (!OPEN.has(path)) {
    requireToken(headers.authorization, guard.token);
  }
}

function requireOwnHost(header: string | undefined, host: string): void {
  const name = hostName(header);
  if (name === host.toLowerCase() || name === 'localhost' || isLoopback(name)) return;
  const message = 'Without a token this server is asked for by the name localhost or its address';
  throw new ApiError(421, 'WRONG_HOST', message);
}

/** `127.0.0.1` of `127.0.0.1:8080`, `::1` of `[::1]:8080`; empty for what is no host. */
function hostName(header = ''): string {
  const [, bracketed, plain] = /^(?:\[([\da-f:.]+)\]|([^:/@[\]]+))(?::\d{1,5})?$/i.exec(header) ?? [];
  return (bracketed ?? plain ?? '').toLowerCase();
}

/** Browsers say from which page a request comes, and whether that is one of ours. */
function requireOwnOrigin({ origin, host = '', ...headers }: IncomingHttpHeaders): void {
  const site = headers['sec-fetch-site'];
  const isNavigation = headers['sec-fetch-mode'] === 'navigate';
  const foreignSite = site === 'cross-site' && !isNavigation;
  if (!foreignSite && (origin === undefined || sameHost(origin, host))) return;
  throw new ApiError(403, 'FORBIDDEN', 'Pages of other sites may not use this server');
}

function sameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

/** Hashes have one length, so that the time of the comparison tells nothing of the token. */
function requireToken(header: string | undefined, token: string): void {
  const [, given = ''] = /^Bearer +(\S+)$/i.exec(header ?? '') ?? [];
  if (timingSafeEqual(hash(given), hash(token))) return;
  throw new ApiError(401, 'UNAUTHORIZED', 'The request needs the token of this server', {
    'www-authenticate': 'Bearer realm="facetag"',
  });
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
