import type { ChildProcess } from 'node:child_process';
import { FatalError } from '../errors.js';
import type { ImageReport, LaneTask } from '../types.js';
import type { LaneExit } from './exit.js';
import { forkLane, isAtHand, keepAlive, type LaneLaunch } from './fork-lane.js';
import { watchMemory, type MemoryLimit } from './memory-limit.js';
import type { AnyLaneConfig, FromLane, LaneMemory, ToLane } from './messages.js';

export interface LaneProcessOptions extends LaneLaunch {
  readonly config: AnyLaneConfig;
  /** Limit of the start, in milliseconds. */
  readonly startTimeoutMs: number;
  /** Absent: no limit. */
  readonly memoryLimit?: MemoryLimit | undefined;
}

type Failure =
  | { readonly kind: 'fatal'; readonly error: FatalError }
  /** No answer in time; the process was killed. */
  | { readonly kind: 'timeout' }
  /** It took more memory than it may; the process was killed. */
  | { readonly kind: 'outgrown' }
  | { readonly kind: 'died'; readonly exit: LaneExit };

/** How a lane's start went. */
export type LaneStart = Failure | { readonly kind: 'ready' };

/** What a lane made of a picture. */
export type LaneAnswer = Failure | { readonly kind: 'report'; readonly report: ImageReport };

/** Characters of stderr that are kept, from its end. */
const STDERR_TAIL = 4096;

/** A process whose channel is closed, by whichever side, is killed when it is still there after this. */
const EXIT_GRACE_MS = 2000;

/** One child process and the conversation with it: one picture at a time. */
export class LaneProcess {
  /** Settles when the nets are loaded or cannot be. Never rejects. */
  readonly started: Promise<LaneStart>;
  /** Settles when the process has ended and everything that it sent was read. Never rejects. */
  readonly exited: Promise<LaneExit>;
  readonly #child: ChildProcess;
  readonly #start: Deferred<LaneStart>;
  #task: Deferred<LaneAnswer> | undefined;
  #pictures = 0;
  #taken = false;
  readonly #memoryLimit: MemoryLimit | undefined;
  #memory: LaneMemory = { rssBytes: 0, peakBytes: 0 };

  /**
   * @param ahead a process that was launched alike before this lane was asked for; used if it is still there.
   * @throws when the system refuses a new process outright (most refusals show as a death).
   */
  constructor(options: LaneProcessOptions, ahead?: ChildProcess) {
    this.#child = ahead && isAtHand(ahead) ? ahead : forkLane(options);
    keepAlive(this.#child, 'ref');
    this.#memoryLimit = options.memoryLimit;
    this.#start = new Deferred<LaneStart>(options.startTimeoutMs, () => this.#timeOut());
    this.started = this.#start.promise;
    this.#watchMemory(this.#start);
    this.#child.on('message', (message) => {
      this.#receive(message as FromLane);
    });
    this.exited = exitOf(this.#child);
    void this.exited.then((exit) => {
      this.#fail({ kind: 'died', exit });
    });
    this.#child.on('disconnect', () => {
      setTimeout(() => {
        this.kill();
      }, EXIT_GRACE_MS).unref();
    });
    this.#send({ type: 'configure', config: options.config });
    // Nothing large is loaded before what loads it, which takes longer than this.
    if (this.#child.pid !== undefined) this.#memoryLimit?.enforce?.(this.#child.pid);
  }

  /** Undefined when the process could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Pictures that this lane was given. */
  get pictures(): number {
    return this.#pictures;
  }

  /** True when the last picture had reached the lane. If it had not, it is not to blame for the lane's death. */
  get taken(): boolean {
    return this.#taken;
  }

  /** As of the last answer. */
  get memory(): LaneMemory {
    return this.#memory;
  }

  /** Never rejects. */
  process(task: LaneTask, timeoutMs: number): Promise<LaneAnswer> {
    this.#pictures += 1;
    this.#taken = false;
    const answer = new Deferred<LaneAnswer>(timeoutMs, () => this.#timeOut());
    this.#task = answer;
    this.#watchMemory(answer);
    this.#send({ type: 'process', task });
    return answer.promise;
  }

  /** Closes the channel: without it the process ends by itself. */
  disconnect(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #send(message: ToLane): void {
    // A process that the system refused has no channel. The callback keeps a failure from being thrown: it means that the
    // process is ending, and that is seen elsewhere.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #receive(message: FromLane): void {
    switch (message.type) {
      case 'ready':
        this.#memory = message.memory;
        this.#start.resolve({ kind: 'ready' });
        break;
      case 'taken':
        this.#taken = true;
        break;
      case 'report':
        this.#memory = message.memory;
        this.#task?.resolve({ kind: 'report', report: message.report });
        break;
      case 'fatal': {
        const { code, message: text, mayPass } = message;
        this.#fail({ kind: 'fatal', error: new FatalError(code, text, { mayPass }) });
      }
    }
  }

  /** Until there is an answer. */
  #watchMemory(answer: Deferred<LaneStart> | Deferred<LaneAnswer>): void {
    const unwatch = watchMemory(this.#child.pid, this.#memoryLimit, () => {
      this.kill();
      answer.resolve({ kind: 'outgrown' });
    });
    void answer.promise.then(unwatch);
  }

  #timeOut(): Failure {
    this.kill();
    return { kind: 'timeout' };
  }

  #fail(failure: Failure): void {
    this.#start.resolve(failure);
    this.#task?.resolve(failure);
  }
}

/** Settles when the process has ended and everything that it sent was read. Never rejects. */
function exitOf(child: ChildProcess): Promise<LaneExit> {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-STDERR_TAIL);
  });
  return new Promise((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, stderr: error.message });
    });
    // At 'exit' a report or the last words on stderr may still be on their way; and 'close', which waits for both,
    // never comes once this side has closed the channel.
    const ends = [
      new Promise((ended) => child.once('exit', ended)),
      new Promise((ended) => child.once('disconnect', ended)),
      new Promise((ended) => child.stderr?.once('close', ended)),
    ];
    void Promise.all(ends).then(() => {
      resolve({ code: child.exitCode, signal: child.signalCode, stderr: tail.trim() });
    });
  });
}

/** An answer that is awaited: the first one counts, and after the time limit `onTimeout` gives it. */
class Deferred<T> {
  readonly promise: Promise<T>;
  resolve: (answer: T) => void = () => undefined;

  constructor(timeoutMs: number, onTimeout: () => T) {
    this.promise = new Promise((resolve) => {
      const cancel = afterRunning(timeoutMs, () => {
        resolve(onTimeout());
      });
      this.resolve = (answer) => {
        cancel();
        resolve(answer);
      };
    });
  }
}

/** The most that a stop of the machine can take from a time limit, in milliseconds. */
const TICK_MS = 1000;

/**
 * Calls back after so much time in which this process ran. The time is counted in ticks, since a clock goes on while the
 * process is stopped (SIGSTOP, a closed lid): a stop costs one tick at most, however long it is.
 *
 * @returns cancels it.
 */
function afterRunning(ms: number, callback: () => void): () => void {
  const tick = Math.min(TICK_MS, ms / 10);
  let left = ms;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const next = Math.min(tick, left);
    timer = setTimeout(() => {
      left -= next;
      if (left > 0) wait();
      else callback();
    }, next);
  };
  wait();
  return () => {
    clearTimeout(timer);
  };
}
