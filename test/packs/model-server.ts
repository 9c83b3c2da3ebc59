import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one request; `offset` is what the Range header asks for, 0 without one. */
export type Answer = (request: IncomingMessage, response: ServerResponse, offset: number) => void;

/** A file server on 127.0.0.1 that misbehaves on demand and remembers what it was asked. */
export class ModelServer {
  readonly requests: { path: string; offset: number }[] = [];
  private readonly scripted = new Map<string, Answer[]>();
  private readonly files = new Map<string, Buffer>();
  private server: Server | undefined;

  static async start(): Promise<ModelServer> {
    const started = new ModelServer();
    const server = createServer((request, response) => {
      started.answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    started.server = server;
    return started;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.server?.address() as AddressInfo).port}/${path}`;
  }

  /** Serves `content` below `path`, after the scripted answers are used up. */
  serve(path: string, content: Buffer, ...first: Answer[]): void {
    this.files.set(`/${path}`, content);
    this.scripted.set(`/${path}`, first);
  }

  offsets(path: string): number[] {
    return this.requests.filter((request) => request.path === `/${path}`).map(({ offset }) => offset);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    const offset = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    this.requests.push({ path, offset });
    const content = this.files.get(path);
    const next = this.scripted.get(path)?.shift() ?? (content ? whole(content) : status(404));
    next(request, response, offset);
  }
}

/** The file, from the offset that was asked for. */
function whole(content: Buffer): Answer {
  return (_request, response, offset) => {
    if (offset >= content.length && offset > 0) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    announce(response, content, offset);
    response.end(content.subarray(offset));
  };
}

/** Announces the whole file and breaks the connection after `end` bytes of it. */
export function cutAt(content: Buffer, end: number): Answer {
  return (_request, response, offset) => {
    announce(response, content, offset);
    response.write(content.subarray(offset, end), () => {
      setTimeout(() => response.destroy(), 20);
    });
  };
}

/** Sends `end` bytes and then nothing more, keeping the connection open. */
export function stallAt(content: Buffer, end: number, reached: () => void): Answer {
  return (_request, response, offset) => {
    announce(response, content, offset);
    response.write(content.subarray(offset, end), reached);
  };
}

/** Announces the whole file and sends a byte every few milliseconds, for ever. */
export function drip(content: Buffer): Answer {
  return (_request, response, offset) => {
    announce(response, content, offset);
    let sent = offset;
    const timer = setInterval(() => {
      response.write(content.subarray(sent, (sent += 1)));
    }, 5);
    response.once('close', () => {
      clearInterval(timer);
    });
  };
}

/** The file from the offset on, in ten pieces with a pause between them. */
export function paced(content: Buffer, pauseMs = 30): Answer {
  return (_request, response, offset) => {
    announce(response, content, offset);
    const piece = Math.ceil(content.length / 10);
    let sent = offset;
    const send = (): void => {
      if (sent >= content.length) {
        response.end();
        return;
      }
      response.write(content.subarray(sent, (sent += piece)));
      setTimeout(send, pauseMs);
    };
    send();
  };
}

/** The whole file from its start, whatever was asked for. */
export function ignoringRange(content: Buffer, end = content.length): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': content.length });
    if (end === content.length) response.end(content);
    else response.write(content.subarray(0, end), () => setTimeout(() => response.destroy(), 20));
  };
}

export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response.writeHead(code, headers).end('no');
  };
}

/** A page, as hosts send one with status 200 in place of a file. */
export function page(text: string): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(text);
  };
}

function announce(response: ServerResponse, content: Buffer, offset: number): void {
  const length = content.length - offset;
  if (offset === 0) response.writeHead(200, { 'content-length': length, 'accept-ranges': 'bytes' });
  else {
    const range = `bytes ${offset}-${content.length - 1}/${content.length}`;
    response.writeHead(206, { 'content-length': length, 'content-range': range });
  }
}
