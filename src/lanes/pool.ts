import type { ChildProcess } from 'node:child_process';
import type { FatalError } from '../errors.js';
import type { LanePool } from '../ports.js';
import type { ImageReport, LaneOutcome, LaneStats, LaneTask } from '../types.js';
import { crashReport, type LaneExit, outgrownReport, timeoutReport } from './exit.js';
import type { LaneAnswer, LaneProcess } from './lane-process.js';
import { LaneSet } from './lane-set.js';
import type { LaneEvent } from './lane-event.js';
import type { AnyLaneConfig } from './messages.js';
import type { MemoryLimit } from './memory-limit.js';
import { StopState } from './stop-state.js';
import { LANE_NODE_FLAGS } from './tuning.js';

export interface LanePoolOptions {
  /** The child's entry. */
  readonly script: string | URL;
  /** Child processes at most, 1 or more. */
  readonly lanes: number;
  readonly config: AnyLaneConfig;
  /** Limit of one picture in milliseconds. */
  readonly timeoutMs: number;
  /** Limit of a lane's start in milliseconds. Default: 120,000 (nets may come from a slow disk). */
  readonly startTimeoutMs?: number;
  /** A lane is replaced after so many pictures. Default: 5,000. */
  readonly recycleAfter?: number;
  /** A lane is replaced when its resident set is larger than this after a picture, in bytes. Default: no limit. */
  readonly maxLaneBytes?: number;
  /**
   * A lane's death by SIGTERM, SIGINT or SIGHUP is part of a stop when `stopping` is called within this time of it, in
   * milliseconds. Default: 250 (a signal to the whole group reaches a lane and the parent's handler at about the same time).
   */
  readonly stopPatienceMs?: number;
  /** A lane that takes more during a picture is killed. Default: no limit. */
  readonly memoryLimit?: MemoryLimit;
  /** The parent's environment, see `LaneLaunch`. */
  readonly env: NodeJS.ProcessEnv;
  /** Flags for the lanes' Node. Default: `LANE_NODE_FLAGS`. */
  readonly nodeFlags?: readonly string[];
  /** The process of the first lane, launched already with the same script, environment and flags. */
  readonly ahead?: ChildProcess | undefined;
  readonly onEvent?: (event: LaneEvent) => void;
}

export interface StartableLanePool extends LanePool {
  /** Starts lanes now, so that nets load while pictures are still being discovered. Otherwise they start on demand. */
  start(lanes?: number): void;
  /** Ends idle lanes; others start on demand. */
  rest(): void;
}

/** A picture on its way, with the end of the lane that died of it. */
interface Job {
  readonly task: LaneTask;
  readonly resolve: (outcome: LaneOutcome) => void;
  readonly reject: (error: FatalError) => void;
  death?: LaneExit;
  /** True when a lane died before it had taken the picture: that is nobody's fault, but only once. */
  requeued?: boolean;
  /** True when the picture needed more memory than was left in a lane that had had others. */
  outgrown?: boolean;
}

/** Runs pictures in child processes; a lane is a process with nets of its own and has one picture at a time. */
export function createLanePool(options: LanePoolOptions): StartableLanePool {
  return new ProcessLanePool(options);
}

/** True for a picture that is on its way to a second lane, alone. */
const isRetry = (job: Job): boolean => job.death !== undefined || job.outgrown === true;

class ProcessLanePool implements StartableLanePool {
  readonly #queue: Job[] = [];
  /** Pictures that a lane died of. While there is one, no other picture starts. */
  readonly #retries: Job[] = [];
  readonly #stop: StopState;
  readonly #lanes: LaneSet;
  readonly #timeoutMs: number;
  readonly #memoryLimitBytes: number;
  readonly #onEvent: (event: LaneEvent) => void;
  #busy = 0;
  #retryRuns = false;
  #retried = 0;
  #fatal: FatalError | undefined;

  constructor(options: LanePoolOptions) {
    this.#timeoutMs = options.timeoutMs;
    this.#memoryLimitBytes = options.memoryLimit?.bytes ?? Infinity;
    this.#onEvent = options.onEvent ?? (() => undefined);
    this.#stop = new StopState(options.stopPatienceMs ?? 250);
    this.#lanes = new LaneSet(
      {
        startTimeoutMs: 120_000,
        recycleAfter: 5000,
        maxLaneBytes: Infinity,
        nodeFlags: LANE_NODE_FLAGS,
        ...options,
      },
      this.#stop,
      {
        onAvailable: () => {
          this.#next();
        },
        onFatal: (error) => {
          this.#fail(error);
        },
        onEvent: this.#onEvent,
      },
    );
  }

  get stats(): LaneStats {
    return {
      retried: this.#retried,
      replaced: this.#lanes.replaced,
      peakLaneBytes: this.#lanes.peakBytes,
    };
  }

  start(lanes = Infinity): void {
    if (!this.#fatal) this.#lanes.start(lanes);
  }

  rest(): void {
    this.#lanes.rest();
  }

  process(task: LaneTask): Promise<LaneOutcome> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, resolve, reject });
      this.#next();
    });
  }

  stopping(): void {
    this.#stop.request();
    this.#next();
  }

  async kill(): Promise<void> {
    this.stopping();
    await this.#lanes.kill();
  }

  async close(): Promise<void> {
    this.stopping();
    await this.#lanes.close();
  }

  /** Hands waiting pictures to idle lanes, oldest first, and has lanes started for the others. */
  #next(): void {
    if (this.#stop.requested || this.#fatal) this.#emptyQueue();
    else if (this.#retryRuns) return;
    else if (this.#retries.length > 0) this.#nextRetry();
    else this.#nextPictures();
  }

  #nextPictures(): void {
    for (let job = this.#queue[0]; job; job = this.#queue[0]) {
      const lane = this.#lanes.acquire('any');
      if (!lane) break;
      this.#queue.shift();
      void this.#run(lane, job);
    }
    this.#lanes.ensure(this.#queue.length, 'any');
  }

  /** A retry runs in a fresh lane while no other works: two large pictures at once may have been too much. */
  #nextRetry(): void {
    const lane = this.#busy === 0 ? this.#lanes.acquire('fresh') : undefined;
    const job = lane && this.#retries.shift();
    if (job) void this.#run(lane, job);
    else this.#lanes.ensure(1, 'fresh');
  }

  #emptyQueue(): void {
    for (const job of [...this.#retries.splice(0), ...this.#queue.splice(0)]) {
      if (this.#fatal) job.reject(this.#fatal);
      else job.resolve({ kind: 'dropped' });
    }
  }

  async #run(lane: LaneProcess, job: Job): Promise<void> {
    this.#busy += 1;
    this.#retryRuns = isRetry(job);
    await this.#handleAnswer(lane, job, await lane.process(job.task, this.#timeoutMs));
    this.#busy -= 1;
    this.#retryRuns = false;
    this.#next();
  }

  async #handleAnswer(lane: LaneProcess, job: Job, answer: LaneAnswer): Promise<void> {
    switch (answer.kind) {
      case 'report':
        this.#lanes.release(lane);
        this.#report(job, answer.report);
        break;
      case 'timeout':
        this.#lanes.remove(lane);
        this.#onEvent({ type: 'overrun', pid: lane.pid, image: job.task.source.relativePath });
        this.#report(job, timeoutReport(this.#timeoutMs));
        break;
      case 'outgrown':
        this.#handleGrowth(lane, job);
        break;
      case 'fatal':
        this.#lanes.remove(lane);
        this.#fail(answer.error);
        job.reject(answer.error);
        break;
      case 'died':
        await this.#handleDeath(lane, job, answer.exit);
    }
  }

  /** Only in a lane of its own is it the picture alone that needs too much. */
  #handleGrowth(lane: LaneProcess, job: Job): void {
    this.#lanes.remove(lane);
    const retry = lane.pictures > 1;
    this.#onEvent({ type: 'outgrown', pid: lane.pid, image: job.task.source.relativePath, retry });
    if (!retry) {
      this.#report(job, outgrownReport(this.#memoryLimitBytes));
      return;
    }
    job.outgrown = true;
    this.#retry(job);
  }

  async #handleDeath(lane: LaneProcess, job: Job, exit: LaneExit): Promise<void> {
    const dropped = await this.#stop.explains(exit);
    const blameless = !lane.taken && !job.requeued;
    const retry = !blameless && job.death === undefined;
    this.#lanes.remove(lane);
    if (dropped) {
      job.resolve({ kind: 'dropped' });
      return;
    }
    this.#onEvent({ type: 'died', pid: lane.pid, exit, image: job.task.source.relativePath, retry });
    if (blameless) this.#requeue(job);
    else if (job.death) this.#report(job, crashReport(job.death, exit));
    else {
      job.death = exit;
      this.#retry(job);
    }
  }

  #retry(job: Job): void {
    this.#retries.push(job);
    this.#retried += 1;
  }

  #requeue(job: Job): void {
    job.requeued = true;
    (isRetry(job) ? this.#retries : this.#queue).unshift(job);
  }

  #report(job: Job, report: ImageReport): void {
    job.resolve({ kind: 'report', report, retried: isRetry(job) });
  }

  #fail(error: FatalError): void {
    if (this.#fatal) return;
    this.#fatal = error;
    this.#onEvent({ type: 'fatal', error });
    this.#emptyQueue();
  }
}
