import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { LaneStats, StageTimes } from '../types.js';

/** What is read when somebody asks. */
export interface Gauged {
  readonly waiting: () => number;
  readonly capacity: number;
  readonly lanes: number;
  readonly readyLanes: () => number;
  readonly busyLanes: () => number;
  readonly heldBytes: () => number;
  readonly laneStats: () => LaneStats;
}

/** Seconds: from a thumbnail to a picture that times out. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Counts what a server does, in the form that Prometheus reads. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'facetag_http_requests_total',
    help: 'Requests answered, by route, method and status; 499 is a client that went away.',
    labelNames: ['route', 'method', 'status'],
    registers: [this.#registry],
  });
  readonly #pictures = new Counter({
    name: 'facetag_pictures_total',
    help: 'Pictures tagged, by code: ok, or why one failed.',
    labelNames: ['code'],
    registers: [this.#registry],
  });
  readonly #faces = new Counter({
    name: 'facetag_faces_total',
    help: 'Faces found.',
    registers: [this.#registry],
  });
  readonly #stages = new Histogram({
    name: 'facetag_stage_seconds',
    help: 'Time of each stage of a picture: receive and wait here, the others in a lane.',
    labelNames: ['stage'],
    buckets: BUCKETS,
    registers: [this.#registry],
  });
  #totals = { requests: 0, pictures: 0, failed: 0 };

  constructor(gauged: Gauged) {
    this.#gauge('facetag_queue_waiting', 'Pictures that wait for a lane.', gauged.waiting);
    this.#gauge('facetag_queue_capacity', 'Pictures taken at the most.', () => gauged.capacity);
    this.#gauge('facetag_lanes', 'Lanes that there may be.', () => gauged.lanes);
    this.#gauge('facetag_lanes_ready', 'Lanes whose nets are loaded.', gauged.readyLanes);
    this.#gauge('facetag_lanes_busy', 'Lanes that have a picture.', gauged.busyLanes);
    this.#gauge('facetag_upload_bytes', 'Bytes of uploads held.', gauged.heldBytes);
    const stats = gauged.laneStats;
    this.#gauge('facetag_lanes_replaced', 'Lanes replaced since the start.', () => stats().replaced);
    this.#gauge('facetag_pictures_retried', 'Pictures given to a second lane.', () => stats().retried);
    this.#gauge('facetag_lane_peak_bytes', 'Most memory of one lane.', () => stats().peakLaneBytes);
  }

  /** For the last words. */
  get totals(): Readonly<{ requests: number; pictures: number; failed: number }> {
    return this.#totals;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  request(route: string, method: string, status: number): void {
    this.#totals.requests += 1;
    this.#requests.inc({ route, method, status });
  }

  /** @param code `ok`, or that of its failure. */
  picture(code: string, faces: number, stages: StageTimes = {}): void {
    this.#totals.pictures += 1;
    if (code !== 'ok') this.#totals.failed += 1;
    this.#pictures.inc({ code });
    this.#faces.inc(faces);
    for (const [stage, ms] of Object.entries(stages)) this.stage(stage, ms);
  }

  stage(stage: string, ms: number): void {
    this.#stages.observe({ stage }, ms / 1000);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string, read: () => number): void {
    const gauge = new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect: () => {
        gauge.set(read());
      },
    });
  }
}
