import type { ChildProcess } from 'node:child_process';
import type { FatalError } from '../errors.js';
import { type LaneExit, lanesFailing, netsOutgrown } from './exit.js';
import { LaneProcess, type LaneProcessOptions, type LaneStart } from './lane-process.js';
import type { LaneEvent } from './lane-event.js';
import type { StopState } from './stop-state.js';

export interface LaneSetOptions extends LaneProcessOptions {
  /** Lanes at most. */
  readonly lanes: number;
  /** A lane is replaced after so many pictures. */
  readonly recycleAfter: number;
  /** A lane is replaced when its resident set is larger than this after a picture, in bytes. */
  readonly maxLaneBytes: number;
  /** The process of the first lane, launched already, as these options say. */
  readonly ahead?: ChildProcess | undefined;
}

export interface LaneSetListener {
  /** There is one more idle lane, or room for a new one. */
  onAvailable(): void;
  /** Lanes cannot be started. */
  onFatal(error: FatalError): void;
  onEvent(event: LaneEvent): void;
}

/** Which lanes will do: a fresh one has had no picture. */
export type LaneKind = 'any' | 'fresh';

/** So many deaths in a row before ready end the run: one may be chance, a broken library does not get better. */
const MAX_START_DEATHS = 3;

/** The lanes of a pool: starts them, lends them out, replaces them, ends them. */
export class LaneSet {
  /** Starting, idle or lent, or dead while it is not clear yet what of: these count against the limit. */
  readonly #lanes = new Set<LaneProcess>();
  /** Every process that has not exited, also those removed from the set. */
  readonly #processes = new Set<LaneProcess>();
  readonly #idle = new Set<LaneProcess>();
  #ahead: ChildProcess | undefined;
  #startDeaths = 0;
  #closed = false;
  #replaced = 0;
  #peakBytes = 0;

  constructor(
    private readonly options: LaneSetOptions,
    private readonly stop: StopState,
    private readonly listener: LaneSetListener,
  ) {
    this.#ahead = options.ahead;
  }

  /** Lanes that were replaced after a death, a timeout or a recycling. */
  get replaced(): number {
    return this.#replaced;
  }

  /** Highest resident set of one lane, in bytes. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** Starts lanes until there are `count`, at most as many as are allowed. */
  start(count: number): void {
    while (!this.stop.requested && this.#lanes.size < Math.min(count, this.options.lanes)) {
      if (!this.#spawn()) return;
    }
  }

  /** Starts lanes until `count` are idle or starting, at most as many as are allowed. */
  ensure(count: number, kind: LaneKind): void {
    const coming = [...this.#lanes].filter((lane) => this.#isComing(lane, kind)).length;
    this.start(this.#lanes.size + count - coming);
  }

  /** Lends an idle lane, if there is one of the kind. */
  acquire(kind: LaneKind): LaneProcess | undefined {
    const lane = [...this.#idle].find((idle) => kind === 'any' || idle.pictures === 0);
    if (lane) this.#idle.delete(lane);
    return lane;
  }

  /** Takes a lane back after a picture; one that has done its share is replaced. */
  release(lane: LaneProcess): void {
    this.#measure(lane);
    const reason = this.#reasonToRecycle(lane);
    if (reason === undefined) {
      this.#makeIdle(lane);
      return;
    }
    this.listener.onEvent({ type: 'recycled', pid: lane.pid, reason, rssBytes: lane.memory.rssBytes });
    this.remove(lane);
  }

  /** Makes room for another lane in place of one that is dead or ends now. */
  remove(lane: LaneProcess): void {
    this.#idle.delete(lane);
    this.#lanes.delete(lane);
    if (!this.stop.requested) this.#replaced += 1;
    lane.disconnect();
  }

  /** Ends idle lanes, which is no fault of theirs. */
  rest(): void {
    for (const lane of this.#idle) {
      this.#lanes.delete(lane);
      lane.disconnect();
    }
    this.#idle.clear();
  }

  /** Ends idle and starting lanes now and lent ones when they are released; settles when no process is left. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const lane of this.#lanes) {
      if (this.#idle.has(lane)) lane.disconnect();
      else if (lane.pictures === 0) lane.kill();
    }
    while (this.#processes.size > 0) await Promise.all([...this.#processes].map((lane) => lane.exited));
  }

  /** Ends every lane at once. */
  async kill(): Promise<void> {
    for (const lane of this.#processes) lane.kill();
    await this.close();
  }

  /** False when the system refuses a process outright: then lanes cannot be started at all. */
  #spawn(): boolean {
    const lane = this.#fork();
    if (!lane) return false;
    this.#lanes.add(lane);
    this.#processes.add(lane);
    void lane.exited.then((exit) => {
      this.#processes.delete(lane);
      if (this.#idle.has(lane)) this.#removeDead(lane, exit);
    });
    void lane.started.then((start) => this.#handleStart(lane, start));
    return true;
  }

  #fork(): LaneProcess | undefined {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    try {
      return new LaneProcess(this.options, ahead);
    } catch (error) {
      this.listener.onFatal(lanesFailing({ code: null, signal: null, stderr: String(error) }));
      return undefined;
    }
  }

  async #handleStart(lane: LaneProcess, start: LaneStart): Promise<void> {
    switch (start.kind) {
      case 'ready':
        this.#startDeaths = 0;
        this.#measure(lane);
        this.listener.onEvent({ type: 'ready', pid: lane.pid, rssBytes: lane.memory.rssBytes });
        this.#makeIdle(lane);
        this.listener.onAvailable();
        break;
      case 'fatal':
        this.remove(lane);
        this.listener.onFatal(start.error);
        break;
      case 'outgrown':
        this.remove(lane);
        this.listener.onFatal(netsOutgrown(this.options.memoryLimit?.bytes ?? Infinity));
        break;
      case 'timeout':
        await this.#handleStartDeath(lane, { ...(await lane.exited), stderr: 'It was not ready in time.' });
        break;
      case 'died':
        await this.#handleStartDeath(lane, start.exit);
    }
  }

  async #handleStartDeath(lane: LaneProcess, exit: LaneExit): Promise<void> {
    if (!(await this.stop.explains(exit))) {
      this.#startDeaths += 1;
      if (this.#startDeaths === MAX_START_DEATHS) this.listener.onFatal(lanesFailing(exit));
    }
    this.#removeDead(lane, exit);
  }

  /** Of a lane that ended while it had no picture. */
  #removeDead(lane: LaneProcess, exit: LaneExit): void {
    if (!this.stop.requested) this.listener.onEvent({ type: 'died', pid: lane.pid, exit, retry: false });
    this.remove(lane);
    this.listener.onAvailable();
  }

  #makeIdle(lane: LaneProcess): void {
    if (this.#closed) lane.disconnect();
    else this.#idle.add(lane);
  }

  #isComing(lane: LaneProcess, kind: LaneKind): boolean {
    return lane.pictures === 0 || (kind === 'any' && this.#idle.has(lane));
  }

  #reasonToRecycle(lane: LaneProcess): 'pictures' | 'memory' | undefined {
    if (lane.pictures >= this.options.recycleAfter) return 'pictures';
    return lane.memory.rssBytes > this.options.maxLaneBytes ? 'memory' : undefined;
  }

  #measure(lane: LaneProcess): void {
    this.#peakBytes = Math.max(this.#peakBytes, lane.memory.peakBytes);
  }
}
