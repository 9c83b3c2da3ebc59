import { describe, expect, it } from 'vitest';
import { admit, isLoopback } from '../../src/serve/guard.js';

describe('isLoopback', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['128.0.0.1', false],
    ['localhost', false],
    ['127.0.0.1.evil.example', false],
    ['', false],
  ])('%j: %j', (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });
});

describe('admit', () => {
  const open = { token: undefined, host: 'Photos.local' };
  const closed = { token: 'secret-secret-secret', host: '0.0.0.0' };

  it.each([['localhost:8080'], ['LOCALHOST'], ['photos.local:80'], ['127.0.0.1'], ['[::1]:8080']])(
    'lets pass who asks for %j',
    (host) => {
      expect(() => {
        admit('/v1/tag', { host }, open);
      }).not.toThrow();
    },
  );

  it.each([
    [undefined],
    [''],
    ['evil.example'],
    ['localhost.evil.example'],
    ['evil.example#localhost'],
    ['user@localhost'],
    ['localhost:8080:80'],
    ['[::1'],
    ['192.168.1.2:8080'],
  ])('refuses who asks for %j', (host) => {
    expect(() => {
      admit('/', { ...(host !== undefined && { host }) }, open);
    }).toThrow(expect.objectContaining({ status: 421 }) as Error);
  });

  it.each<[Record<string, string>, number | undefined]>([
    [{}, undefined],
    [{ origin: 'http://localhost:8080' }, undefined],
    [{ origin: 'http://localhost:9090' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, undefined],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, undefined],
  ])('of a page with %j: %j', (headers, status) => {
    const ask = (): void => {
      admit('/', { host: 'localhost:8080', ...headers }, open);
    };
    if (status === undefined) expect(ask).not.toThrow();
    else expect(ask).toThrow(expect.objectContaining({ status }) as Error);
  });

  it.each(['http://photos.example', 'null', 'https://evil.example'])(
    'with the right token lets a page of origin %s pass, since a proxy in front may rewrite the host',
    (origin) => {
      const authorization = 'Bearer secret-secret-secret';
      const headers = { host: '127.0.0.1:8080', origin, authorization, 'sec-fetch-site': 'same-origin' };
      expect(() => {
        admit('/v1/tag', headers, closed);
      }).not.toThrow();
      expect(() => {
        admit('/v1/tag', { ...headers, authorization: '' }, closed);
      }).toThrow(expect.objectContaining({ status: 401 }) as Error);
      expect(() => {
        admit('/v1/tag', headers, open);
      }).toThrow(expect.objectContaining({ status: 403 }) as Error);
    },
  );

  it.each([
    ['/', undefined, true],
    ['/client.js', undefined, true],
    ['/healthz', undefined, true],
    ['/metrics', undefined, false],
    ['/v1/tag', undefined, false],
    ['/v1/tag', 'secret-secret-secret', false],
    ['/v1/tag', 'Basic secret-secret-secret', false],
    ['/v1/tag', 'Bearer secret-secret-secreT', false],
    ['/v1/tag', 'Bearer secret-secret-secret', true],
    ['/v1/tag', 'bearer  secret-secret-secret', true],
  ])('with a token lets %s pass with %j: %j', (path, authorization, passes) => {
    const headers = { host: 'any.example', ...(authorization !== undefined && { authorization }) };
    const ask = (): void => {
      admit(path, headers, closed);
    };
    if (passes) expect(ask).not.toThrow();
    else expect(ask).toThrow(expect.objectContaining({ status: 401 }) as Error);
  });
});
