import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What goes wrong with a request. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly code: string }
  /** The connection breaks after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Nothing more comes after so many bytes of the body. */
  | { readonly kind: 'stall'; readonly after: number };

/** Stands before an object store and spoils some answers. */
export class FaultProxy {
  /** `GET /photos/a.jpg`, in the order in which they came. */
  readonly requests: string[] = [];
  /** Of every answer, in milliseconds. */
  latencyMs = 0;
  /** Decides for each request; `nth` counts those of the same line, from 1. */
  fault: (line: string, nth: number) => Fault | undefined = () => undefined;
  /** Awaited before a request is passed on. */
  before: (line: string) => Promise<void> = () => Promise.resolve();
  readonly #server: Server;

  private constructor(private readonly target: URL) {
    this.#server = createServer((asked, answer) => {
      void this.#serve(asked, answer);
    });
  }

  static async start(endpoint: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(endpoint));
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Requests for objects so far. */
  get reads(): string[] {
    return this.requests.filter((line) => !line.includes('list-type=2'));
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const line = `${asked.method ?? ''} ${asked.url ?? ''}`;
    this.requests.push(line);
    const fault = this.fault(line, this.requests.filter((each) => each === line).length);
    if (this.latencyMs > 0) await sleep(this.latencyMs);
    if (fault?.kind === 'status') {
      answer.writeHead(fault.status, { 'content-type': 'application/xml' });
      answer.end(`<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>made</Message></Error>`);
      return;
    }
    await this.before(line);
    // The signature is over the host that the client knows.
    const { hostname, port } = this.target;
    const passed = request(
      { hostname, port, method: asked.method, path: asked.url, headers: asked.headers },
      (got) => {
        pass(got, answer, fault);
      },
    );
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  }
}

function pass(
  got: IncomingMessage,
  answer: ServerResponse,
  fault: Exclude<Fault, { kind: 'status' }> | undefined,
): void {
  answer.writeHead(got.statusCode ?? 500, got.headers);
  if (fault === undefined) {
    got.pipe(answer);
    return;
  }
  answer.flushHeaders();
  let left = fault.after;
  got.on('data', (piece: Buffer) => {
    answer.write(piece.subarray(0, left));
    left -= Math.min(left, piece.length);
    if (left === 0 && fault.kind === 'cut') setTimeout(() => answer.destroy(), 20);
  });
}
