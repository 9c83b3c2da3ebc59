import { type ChildProcess, fork } from 'node:child_process';
import type { Answer } from './worker.js';

export interface FuzzOptions {
  /** Path of the compiled module that gives `createPictures`. */
  readonly decoder: string;
  /** As `--thorough`. */
  readonly thorough: boolean;
  readonly seed: number;
  /** Pictures at most. */
  readonly count: number;
  /** No new picture after this moment, in milliseconds since 1970. */
  readonly until: number;
  /** Limit of a picture, in milliseconds. */
  readonly timeoutMs: number;
}

/** Damages good pictures, one after another, and has each decoded in a child process. */
export async function* fuzz(options: FuzzOptions): AsyncIterable<Answer> {
  let worker: Worker | undefined;
  try {
    for (let index = 0; index < options.count && Date.now() < options.until; index += 1) {
      worker ??= await Worker.start(options);
      const answer = await worker.ask(options.seed, index, options.timeoutMs);
      if (answer.verdict === 'death' || answer.verdict === 'time-out') worker = undefined;
      yield answer;
    }
  } finally {
    worker?.end();
  }
}

class Worker {
  private constructor(private readonly child: ChildProcess) {}

  static async start({ decoder, thorough }: FuzzOptions): Promise<Worker> {
    const child = fork(new URL('worker.ts', import.meta.url), [decoder, thorough ? 'thorough' : 'quick'], {
      execArgv: ['--import', new URL('../bench/run-typescript.js', import.meta.url).href],
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    });
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => {
        resolve();
      });
      child.once('exit', (exit) => {
        reject(new Error(`the child ended before it was ready, with ${exit}`));
      });
    });
    return new Worker(child);
  }

  async ask(seed: number, index: number, timeoutMs: number): Promise<Answer> {
    const { child } = this;
    let last: Answer | undefined;
    const listen = (message: unknown): void => {
      if (message !== 'next') last = message as Answer;
    };
    child.on('message', listen);
    const end = await new Promise<'next' | 'late' | 'exit'>((resolve) => {
      const timer = setTimeout(() => {
        resolve('late');
      }, timeoutMs);
      const settle = (how: 'next' | 'exit'): void => {
        clearTimeout(timer);
        resolve(how);
      };
      child.on('message', (message) => {
        if (message === 'next') settle('next');
      });
      child.once('exit', () => {
        settle('exit');
      });
      child.send({ seed, index });
    });
    child.removeAllListeners('message').removeAllListeners('exit');
    if (end !== 'next') this.end();
    if (!last) throw new Error(`picture ${index} was not taken`);
    return end === 'late' ? { ...last, verdict: 'time-out' } : last;
  }

  end(): void {
    this.child.kill('SIGKILL');
  }
}
