import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, request as ask, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { onTestFinished } from 'vitest';
import { bin, hermetic, until } from './cli.js';

/** A server under way. */
export interface Server {
  readonly pid: number;
  readonly url: string;
  readonly port: number;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Spawns `facetag serve` on a free port; it answers once a lane is ready.
 *
 * @param within a command that becomes the one behind it.
 */
export async function startServer(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  within: readonly string[] = [],
): Promise<Server> {
  const [command = '', ...words] = [...within, process.execPath, bin, 'serve', '--port', '0', ...args];
  const child = spawn(command, words, {
    cwd: tmpdir(),
    env: hermetic(env),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
  const address = (): string | undefined => /http:\/\/\S+/.exec(stderr)?.[0];
  await until(() => address() !== undefined || child.exitCode !== null, 'the server listens');
  const url = address();
  if (url === undefined) throw new Error(`the server ended with ${child.exitCode ?? 'a signal'}: ${stderr}`);
  const server = {
    pid: child.pid ?? -1,
    url,
    port: Number(new URL(url).port),
    ended,
    stderr: () => stderr,
    kill: (signal: NodeJS.Signals) => {
      child.kill(signal);
    },
  };
  await isReady(server);
  return server;
}

/** A server of one test's own. */
export async function serverOfTest(
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
  within?: readonly string[],
): Promise<Server> {
  const server = await startServer(args, env, within);
  onTestFinished(() => {
    for (const pid of lanesOf(server)) process.kill(pid, 'SIGCONT');
    server.kill('SIGKILL');
  });
  return server;
}

async function isReady({ url }: Server): Promise<void> {
  for (let tries = 0; tries < 1500; tries += 1) {
    if ((await fetch(`${url}/healthz`)).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the server never got ready');
}

/** Process ids of its lanes. It has other children for a moment. */
export function lanesOf({ pid }: Server): number[] {
  const children = textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return children.filter((child) => textOf(`/proc/${child}/cmdline`).startsWith('facetag-lane'));
}

/** Empty for a process that is gone. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Reads one figure of `/metrics`; 0 where there is none yet. */
export async function figure({ url }: Server, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? 0);
}

/** Polls until a figure is what is expected. */
export async function untilFigure(server: Server, name: string, expected: number): Promise<void> {
  for (let tries = 0; tries < 1000; tries += 1) {
    if ((await figure(server, name)) === expected) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${name} never was ${expected}`);
}

/** Sends bytes as they are and returns what comes back until the connection closes. */
export async function exchange({ port }: Server, ...pieces: readonly (string | Buffer)[]): Promise<string> {
  return await new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => {
      for (const piece of pieces) socket.write(piece);
    });
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(answer);
    });
  });
}

/** Folders of uploads that there are. */
export function uploadFolders(pid: number): string[] {
  return readdirSync('/dev/shm').filter((name) => name.includes(`-${pid}-`));
}

/**
 * A proxy in front of a server, closed with the test. As nginx does by default, it passes on the host of its own request.
 *
 * @param ownAnswers to the first pictures, in place of the server's.
 * @returns its address.
 */
export async function proxyTo(
  server: Server,
  ownAnswers: ((response: ServerResponse) => void)[] = [],
): Promise<string> {
  const proxy = createServer((request, response) => {
    const { method, url = '', headers } = request;
    const own = method === 'POST' ? ownAnswers.shift() : undefined;
    if (own) {
      request.resume().on('end', () => {
        own(response);
      });
      return;
    }
    const options = { method, headers: { ...headers, host: new URL(server.url).host } };
    const onward = ask(server.url + url, options, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
