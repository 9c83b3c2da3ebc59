import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { boundConnections } from '../../src/serve/traffic.js';

it('refuses an address that holds too many connections, and no other one', async () => {
  const server = createServer();
  const refused: Socket[] = [];
  boundConnections(server, 2, (socket) => refused.push(socket.end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const open: Socket[] = [];
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  /** @returns whether it was refused. */
  const dial = async (localAddress: string): Promise<boolean> => {
    const before = refused.length;
    const taken = new Promise<Socket>((resolve) => server.once('connection', resolve));
    open.push(connect({ port, host: '127.0.0.1', localAddress }));
    await taken;
    return refused.length > before;
  };
  expect([await dial('127.0.0.1'), await dial('127.0.0.1')]).toEqual([false, false]);
  expect(await dial('127.0.0.1')).toBe(true);
  expect(await dial('127.0.0.2')).toBe(false);
  for (const socket of open.splice(0, 3)) socket.destroy();
  // Those that have ended make room.
  const count = (): Promise<number> =>
    new Promise((resolve) => {
      server.getConnections((_, connections) => {
        resolve(connections);
      });
    });
  while ((await count()) > 1) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await dial('127.0.0.1')).toBe(false);
});
