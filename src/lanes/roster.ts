import { setTimeout as delay } from 'node:timers/promises';
import type { FatalError } from '../errors.js';
import { endedByStopSignal, type LaneExit, lanesFailing } from './exit.js';
import { LaneProcess, type LaneProcessOptions, type LaneStart } from './lane-process.js';
import type { LaneEvent } from './messages.js';

export interface RosterOptions extends LaneProcessOptions {
  /** Lanes at most. */
  readonly lanes: number;
  /** A lane is replaced after so many pictures. */
  readonly recycleAfter: number;
  /** A lane is replaced when its resident set is larger than this after a picture, in bytes. */
  readonly maxLaneBytes: number;
}

export interface RosterListener {
  /** The number of idle lanes or of places for new ones has grown. */
  changed(): void;
  /** Lanes cannot be started. */
  failed(error: FatalError): void;
  event(event: LaneEvent): void;
}

/** So many deaths in a row before ready end the run: one may be chance, a broken library does not get better. */
const MAX_START_DEATHS = 3;

/** The lanes that there are: starts them, lends them out, replaces them, ends them. */
export class LaneRoster {
  /** Starting, idle, lent, or dead and not judged yet: these take a place. */
  readonly #lanes = new Set<LaneProcess>();
  /** Every process that is not gone, also those let go. */
  readonly #children = new Set<LaneProcess>();
  readonly #idle = new Set<LaneProcess>();
  #startDeaths = 0;
  #closed = false;
  #replaced = 0;
  #peakBytes = 0;

  constructor(
    readonly options: RosterOptions,
    readonly stop: StopNotice,
    readonly listener: RosterListener,
  ) {}

  /** Lanes that were replaced after a death, an overrun or a recycling. */
  get replaced(): number {
    return this.#replaced;
  }

  /** Highest resident set of one lane, in bytes. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** Starts lanes until there are `count`, at most as many as there are places. */
  start(count: number): void {
    while (!this.stop.given && this.#lanes.size < Math.min(count, this.options.lanes)) {
      if (!this.#spawn()) return;
    }
  }

  /** Starts lanes until `count` are idle or on their way, at most as many as there are places. */
  expect(count: number, kind: 'any' | 'fresh'): void {
    const coming = [...this.#lanes].filter((lane) => this.#isComing(lane, kind)).length;
    this.start(this.#lanes.size + count - coming);
  }

  /** Lends an idle lane; a fresh one has had no picture. */
  take(kind: 'any' | 'fresh'): LaneProcess | undefined {
    const lane = [...this.#idle].find((idle) => kind === 'any' || idle.pictures === 0);
    if (lane) this.#idle.delete(lane);
    return lane;
  }

  /** Takes a lane back after a picture. */
  giveBack(lane: LaneProcess): void {
    this.#note(lane);
    const reason = this.#reasonToRecycle(lane);
    if (reason !== undefined) {
      this.listener.event({ type: 'recycled', pid: lane.pid, reason, rssBytes: lane.memory.rssBytes });
      this.remove(lane);
    } else this.#rest(lane);
  }

  /** Gives up the place of a lane: a dead one, or one that ends now. */
  remove(lane: LaneProcess): void {
    this.#idle.delete(lane);
    this.#lanes.delete(lane);
    if (!this.stop.given) this.#replaced += 1;
    lane.release();
  }

  /** Ends idle and starting lanes now and lent ones when they are given back; settles when no process is left. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const lane of this.#lanes) {
      if (this.#idle.has(lane)) lane.release();
      else if (lane.pictures === 0) lane.kill();
    }
    while (this.#children.size > 0) await Promise.all([...this.#children].map((lane) => lane.gone));
  }

  /** Ends every lane at once. */
  async kill(): Promise<void> {
    for (const lane of this.#children) lane.kill();
    await this.close();
  }

  #isComing(lane: LaneProcess, kind: 'any' | 'fresh'): boolean {
    return lane.pictures === 0 || (kind === 'any' && this.#idle.has(lane));
  }

  /** False when the system refuses a process outright: then lanes cannot be started at all. */
  #spawn(): boolean {
    const lane = this.#fork();
    if (!lane) return false;
    this.#lanes.add(lane);
    this.#children.add(lane);
    void lane.gone.then((exit) => {
      this.#children.delete(lane);
      if (this.#idle.has(lane)) this.#bury(lane, exit);
    });
    void lane.started.then((start) => this.#judgeStart(lane, start));
    return true;
  }

  #fork(): LaneProcess | undefined {
    try {
      return new LaneProcess(this.options);
    } catch (error) {
      this.listener.failed(lanesFailing({ code: null, signal: null, stderr: String(error) }));
      return undefined;
    }
  }

  async #judgeStart(lane: LaneProcess, start: LaneStart): Promise<void> {
    switch (start.kind) {
      case 'ready':
        this.#startDeaths = 0;
        this.#note(lane);
        this.listener.event({ type: 'ready', pid: lane.pid, rssBytes: lane.memory.rssBytes });
        this.#rest(lane);
        this.listener.changed();
        break;
      case 'fatal':
        this.remove(lane);
        this.listener.failed(start.error);
        break;
      case 'overrun':
        await this.#judgeStartDeath(lane, { ...(await lane.gone), stderr: 'It was not ready in time.' });
        break;
      case 'died':
        await this.#judgeStartDeath(lane, start.exit);
    }
  }

  async #judgeStartDeath(lane: LaneProcess, exit: LaneExit): Promise<void> {
    if (!(await this.stop.explains(exit))) {
      this.#startDeaths += 1;
      if (this.#startDeaths === MAX_START_DEATHS) this.listener.failed(lanesFailing(exit));
    }
    this.#bury(lane, exit);
  }

  #rest(lane: LaneProcess): void {
    if (this.#closed) lane.release();
    else this.#idle.add(lane);
  }

  /** Of a lane that ended while it had no picture. */
  #bury(lane: LaneProcess, exit: LaneExit): void {
    if (!this.stop.given) this.listener.event({ type: 'died', pid: lane.pid, exit, retry: false });
    this.remove(lane);
    this.listener.changed();
  }

  #reasonToRecycle(lane: LaneProcess): 'pictures' | 'memory' | undefined {
    if (lane.pictures >= this.options.recycleAfter) return 'pictures';
    return lane.memory.rssBytes > this.options.maxLaneBytes ? 'memory' : undefined;
  }

  #note(lane: LaneProcess): void {
    this.#peakBytes = Math.max(this.#peakBytes, lane.memory.peakBytes);
  }
}

/** A signal to the whole group reaches a lane and the parent's handler within this time of each other. */
const NOTICE_MS = 250;

/** Whether the run is being stopped, and the patience to find out when a lane hears of it first. */
export class StopNotice {
  readonly #stop = new AbortController();

  get given(): boolean {
    return this.#stop.signal.aborted;
  }

  give(): void {
    this.#stop.abort();
  }

  /** True when this death belongs to a stop. Waits a moment for the notice if the signal suggests one. */
  async explains(exit: LaneExit): Promise<boolean> {
    if (endedByStopSignal(exit)) {
      // Rejects as soon as the notice is given.
      await delay(NOTICE_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
    return this.given;
  }
}
