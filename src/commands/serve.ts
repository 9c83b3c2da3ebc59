import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Stop } from '../batch/stop-switch.js';
import type { NetFlags, ServeFlags } from '../config.js';
import { exitCodeFor } from '../core/exit-code.js';
import { hasCode, messageOf } from '../core/thrown.js';
import { usageError, type FatalError } from '../errors.js';
import type { LaneEvent } from '../lanes/lane-event.js';
import type { StartableLanePool } from '../lanes/pool.js';
import type { Store } from '../packs/store.js';
import type { UploadFolder, UploadFolders } from '../ports.js';
import { createApp } from '../serve/app.js';
import { isLoopback } from '../serve/guard.js';
import { Metrics } from '../serve/metrics.js';
import { PictureQueue } from '../serve/picture-queue.js';
import { Tagger } from '../serve/tagger.js';
import { UploadStore } from '../serve/upload-store.js';
import type { StopReason } from '../types.js';
import { logLaneEvent } from './log-lane-event.js';
import { resolveRunSettings, type RunSettings } from './run-settings.js';
import type { LaneOptions } from './tag-ports.js';
import { warnOfPrecision, type PrecisionPorts } from './warn-precision.js';

export interface ServeConfig extends NetFlags, ServeFlags {
  /** Lanes. */
  readonly jobs: number;
  /** Seconds a picture. */
  readonly timeout: number;
}

/** What `facetag serve` needs of the outside world. */
export interface ServePorts extends PrecisionPorts {
  readonly openStore: () => Promise<Store>;
  readonly uploads: UploadFolders;
  readonly createLanes: (options: LaneOptions) => StartableLanePool;
  /** The address that a host's name stands for. */
  readonly lookUp: (host: string) => Promise<string>;
  /** Of the machine or the control group, in bytes. */
  readonly memoryBytes: number;
  /** Absolute path of the folder that the page's files are in. */
  readonly page: string;
  readonly stop: Stop;
  /** Of facetag. */
  readonly version: string;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Pictures that are waiting or in lanes when a signal comes have this time, in milliseconds; `docker stop` waits 10 s. */
const DRAIN_MS = 8000;

/** What is dropped then may still be answered in this time. */
const LAST_WORDS_MS = 500;

/**
 * `facetag serve`: tags uploads until a signal comes.
 *
 * @returns the exit code.
 * @throws {FatalError} USAGE for an address that cannot be listened on, or that others reach without a token; what keeps
 * lanes from working.
 */
export async function serveCommand(config: ServeConfig, ports: ServePorts): Promise<number> {
  const address = await ports.lookUp(config.host).catch((error: unknown) => {
    throw usageError(`a name or address of this machine (${messageOf(error)})`, '--host', config.host);
  });
  if (config.token === undefined && !isLoopback(address)) {
    throw usageError('--token or FACETAG_TOKEN for an address that others reach', '--host', config.host);
  }
  const store = await ports.openStore();
  const settings = await resolveRunSettings(config, store);
  warnOfPrecision(settings.run, ports);
  return await ports.uploads.hold((folder) => new Server(config, settings, folder, ports).run(address));
}

class Server {
  readonly #ready = new Set<number | undefined>();
  readonly #queue: PictureQueue;
  readonly #lanes: StartableLanePool;
  readonly #store: UploadStore;
  readonly #metrics: Metrics;
  readonly #fatal: Promise<never>;
  #fail: (error: FatalError) => void = () => undefined;

  constructor(
    private readonly config: ServeConfig,
    private readonly settings: RunSettings,
    private readonly folder: UploadFolder,
    private readonly ports: ServePorts,
  ) {
    const { jobs, queue, maxBytes } = config;
    this.#fatal = new Promise((_, reject) => (this.#fail = reject));
    // Awaited later; until then nothing is unhandled.
    this.#fatal.catch(() => undefined);
    this.#queue = new PictureQueue(jobs, queue, ports.now);
    this.#store = new UploadStore(folder, maxBytes, ports.memoryBytes, () => this.#queue.retrySeconds);
    this.#lanes = ports.createLanes(this.#laneOptions());
    this.#metrics = new Metrics({
      lanes: jobs,
      capacity: this.#queue.capacity,
      waiting: () => this.#queue.waiting,
      busyLanes: () => this.#queue.running,
      readyLanes: () => this.#ready.size,
      heldBytes: () => this.#store.held,
      laneStats: () => this.#lanes.stats,
    });
  }

  /** Serves until a signal comes. @returns the exit code. */
  async run(address: string): Promise<number> {
    const { log, stop } = this.ports;
    const app = await this.#createApp();
    try {
      this.#lanes.start();
      const url = await this.#listen(app, address);
      this.#tellStart(url);
      const signal = await Promise.race([this.#requestedStop(), this.#fatal]);
      await this.#drain(app, signal);
      log.emit({ event: 'serve-end', ...this.#metrics.totals });
      return exitCodeFor({ signal });
    } finally {
      stop.onRequest(() => undefined);
      await this.#end(app);
    }
  }

  #createApp(): Promise<FastifyInstance> {
    const { host, token, requestTimeout } = this.config;
    const { log, now, page } = this.ports;
    const parts = { queue: this.#queue, metrics: this.#metrics, now };
    const tagger = new Tagger(this.settings.run, { ...parts, lanes: this.#lanes, folder: this.folder });
    return createApp(
      { guard: { host, token }, requestTimeoutMs: requestTimeout * 1000, page },
      {
        ...parts,
        tagger,
        store: this.#store,
        readyLanes: () => this.#ready.size,
        log,
        onFatal: (error) => {
          this.#fail(error);
        },
      },
    );
  }

  #laneOptions(): LaneOptions {
    const { jobs, timeout, maxLaneMemory } = this.config;
    const output = this.folder.root;
    return {
      lanes: jobs,
      config: {
        ...this.settings.lane,
        maxBytes: this.#store.maxBytes,
        copies: { output, drawing: { annotated: {} }, expendable: true },
        timed: true,
      },
      timeoutMs: timeout * 1000,
      maxLaneBytes: maxLaneMemory * 1e6 * RESTING_SHARE,
      memoryLimitBytes: maxLaneMemory * 1e6,
      onEvent: (event) => {
        this.#hear(event);
      },
    };
  }

  /** Keeps as many lanes ready as there may be: a picture that comes finds one. */
  #hear(event: LaneEvent): void {
    if (event.type === 'fatal') this.#fail(event.error);
    else if (event.type === 'ready') this.#ready.add(event.pid);
    else {
      this.#ready.delete(event.pid);
      // The pool makes room for another one only after it has told.
      queueMicrotask(() => {
        this.#lanes.start();
      });
    }
    logLaneEvent(event, this.ports.log);
  }

  /** @throws {FatalError} USAGE. */
  async #listen(app: FastifyInstance, host: string): Promise<string> {
    const { port } = this.config;
    try {
      await app.listen({ host, port });
    } catch (error) {
      if (hasCode(error, 'EADDRINUSE')) throw usageError('a port that no other program has', '--port', port);
      if (hasCode(error, 'EACCES')) throw usageError('a port that this user may open', '--port', port);
      if (hasCode(error, 'EADDRNOTAVAIL')) throw usageError('an address of this machine', '--host', host);
      throw error;
    }
    const { address, family, port: chosen } = app.server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${chosen}`;
  }

  #tellStart(url: string): void {
    const { log, version } = this.ports;
    const { pack, engine, precision } = this.settings.run;
    const run = { pack, engine, ...(precision && { precision }) };
    log.emit({ event: 'serve-start', version, url, jobs: this.config.jobs, ...run });
    if (!this.folder.inMemory) {
      const message = `There is no /dev/shm: uploads are in ${this.folder.root.path} while they are looked at`;
      log.emit({ event: 'warning', message });
    }
    if (this.#store.maxBytes < this.config.maxBytes) {
      const message = `There is room for uploads of ${this.#store.maxBytes} bytes, less than --max-bytes`;
      log.emit({ event: 'warning', message });
    }
  }

  /** Settles at the first signal. */
  #requestedStop(): Promise<Signal> {
    return new Promise((resolve) => {
      this.ports.stop.onRequest((reason) => {
        resolve(signalOf(reason));
      });
    });
  }

  /** Takes no more connections, and lets what is waiting or in lanes be answered: for a while, or until another signal. */
  async #drain(app: FastifyInstance, signal: Signal): Promise<void> {
    const { log, stop } = this.ports;
    log.emit({ event: 'warning', message: `Stopping on ${signal}: letting the requests in flight finish` });
    const hurried = new Promise<void>((resolve) => {
      stop.onRequest((_, times) => {
        if (times > 1) resolve();
      });
    });
    await Promise.race([app.close(), hurried, this.#fatal, delay(DRAIN_MS, undefined, { ref: false })]);
  }

  async #end(app: FastifyInstance): Promise<void> {
    this.#queue.stop();
    await this.#lanes.kill();
    await Promise.race([app.close(), delay(LAST_WORDS_MS)]);
    app.server.closeAllConnections();
  }
}

/** A lane that holds more than this share of what it may take, with no picture, is replaced. */
const RESTING_SHARE = 0.5;

type Signal = Exclude<StopReason, 'closed pipe'>;

/** Nothing is written to a pipe here. */
const signalOf = (reason: StopReason): Signal => (reason === 'closed pipe' ? 'SIGTERM' : reason);
