import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createHttpClient } from '../../src/adapters/http.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

async function seenByProxy(noProxy: string): Promise<string[]> {
  const seen: string[] = [];
  const proxy = createServer((request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
    response.end('from the proxy');
  });
  proxy.on('connect', (request, socket) => {
    seen.push(`CONNECT ${request.url ?? ''}`);
    socket.end('HTTP/1.1 502 no\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy']) vi.stubEnv(name, address);
  for (const name of ['NO_PROXY', 'no_proxy']) vi.stubEnv(name, noProxy);
  const client = createHttpClient({ retries: 0, firstDelay: 1, silence: 500 });
  // Port 1 on this machine: nothing listens there, and no name need be looked up.
  await client.get('https://127.0.0.1:1/file', { from: 0 }).catch(() => undefined);
  await client.close();
  proxy.closeAllConnections();
  proxy.close();
  return seen;
}

/** Sends everything at once and closes the connection, as HTTP/1.0 servers do. */
async function hastyServer(body: Buffer): Promise<{ url: string; close: () => void }> {
  const server = createTcpServer((socket) => {
    socket.once('data', () => {
      socket.write(`HTTP/1.0 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`);
      socket.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

describe('the http client', () => {
  it.each([65_536, 3_000_000])(
    'survives a server that closes the connection before %d bytes are read',
    async (bytes) => {
      const body = Buffer.alloc(bytes, 7);
      const server = await hastyServer(body);
      const client = createHttpClient();
      const response = await client.get(server.url, { from: 0 });
      await sleep(200);
      let received = 0;
      for await (const chunk of response.body) {
        received += chunk.length;
        await sleep(0);
      }
      expect(received).toBe(body.length);
      await client.close();
      server.close();
    },
  );

  it('goes through HTTPS_PROXY', async () => {
    expect(await seenByProxy('')).toEqual(['CONNECT 127.0.0.1:1']);
  });

  it('heeds NO_PROXY', async () => {
    expect(await seenByProxy('127.0.0.1')).toEqual([]);
  });

  it('says why there is no connection', async () => {
    const client = createHttpClient({ retries: 0, firstDelay: 1, silence: 500 });
    await expect(client.get('http://127.0.0.1:1/file', { from: 0 })).rejects.toThrow('ECONNREFUSED');
    await client.close();
  });
});
