import path from 'node:path';
import { DEFAULT_OUTPUT, type VideoConfig } from '../config.js';
import { exitCodeFor } from '../core/exit-code.js';
import type { VideoTotals } from '../core/video-totals.js';
import { assertOutputOutside } from '../discover/output-folder.js';
import { usageError } from '../errors.js';
import type { StartableLanePool } from '../lanes/pool.js';
import type { OutputFiles, OutputFolder } from '../ports.js';
import type { VideoRules } from '../video/video-record.js';
import { logLaneEvent } from './log-lane-event.js';
import { requireSummaryFile } from './summary-file.js';
import { resolveRunSettings, type RunSettings } from './run-settings.js';
import { findVideos, readInputs, type VideoInputs, type Videos } from './video/find-videos.js';
import { settleVideo, type FinishedVideo, type VideoRun } from './video/settle-video.js';
import { warnOfPrecision } from './warn-precision.js';
import type { VideoPorts } from './video/video-ports.js';

/** Frames are files of our own making: their number of pixels is limited, not their bytes. */
const MAX_FRAME_BYTES = 2 ** 31 - 1;

/** A lane that holds more than this share of what it may take, with no frame, is replaced. */
const RESTING_SHARE = 0.5;

/**
 * `facetag video <paths…>`: finds faces in videos, one video after another, the frames of one over all lanes.
 *
 * @returns the exit code: 1 when a video failed, or is there only in part.
 * @throws {FatalError} USAGE, NO_VIDEOS, FFMPEG_MISSING, MODEL_MISSING, OUTPUT_UNUSABLE, OUTPUT_LOCKED, LANES_FAILING.
 */
export async function videoCommand(config: VideoConfig, ports: VideoPorts): Promise<number> {
  const output = path.resolve(ports.cwd, config.output ?? DEFAULT_OUTPUT);
  requireSummaryFile(config, output, ports);
  const inputs = await readInputs(config, ports);
  refuseClipsOfStreams(config, inputs);
  const store = await ports.openStore(config);
  const settings = await resolveRunSettings({ ...config, thorough: false, maxBytes: MAX_FRAME_BYTES }, store);
  warnOfPrecision(settings.run, ports);
  await assertOutputOutside(inputs.paths, output, ports.cwd);
  const { every, diff, force, retryFailed } = config;
  const rules = { sampling: { every, diff }, run: settings.run, force, retryFailed };
  if (config.dryRun) {
    const { foresee } = await import('./video/foresee.js');
    return await ports.outputs.visit(output, (folder) => foresee(inputs, config, rules, folder, ports));
  }
  return await ports.outputs.hold(
    output,
    async (folder) => {
      const videos = await ports.stop.unlessInterrupted(findVideos(inputs, config, folder, ports));
      return await takeAll(videos, { config, rules, lane: settings.lane }, folder, ports);
    },
    { named: config.output !== undefined },
  );
}

/** What a run does with each video. */
interface Plan {
  readonly config: VideoConfig;
  readonly rules: VideoRules;
  readonly lane: RunSettings['lane'];
}

/** A clip needs a second look at the video. @throws {FatalError} USAGE. */
function refuseClipsOfStreams({ annotate }: VideoConfig, { urls: [stream] }: VideoInputs): void {
  if (annotate && stream !== undefined)
    throw usageError('files alone, since a stream cannot be read twice,', '--annotate', stream);
}

async function takeAll(
  { sources, unlisted }: Videos,
  plan: Plan,
  output: OutputFolder,
  ports: VideoPorts,
): Promise<number> {
  const { log, now, stop } = ports;
  const { config, rules } = plan;
  const started = now();
  const jobs = config.jobs ?? ports.defaultLanes();
  const lanes = openLanes(plan, jobs, ports);
  const { working } = endOnStop(lanes, ports);
  const files = await output.openFiles();
  const run: VideoRun = { config, rules, output, files, lanes, jobs, working };
  const tally = new VideoTally();
  try {
    for (const source of sources) {
      if (stop.requested !== undefined) break;
      const begun = now();
      const finished = await settleVideo(source, run, ports);
      if (finished === undefined) break;
      tally.add(finished);
      logVideo(finished, (now() - begun) / 1000, ports);
    }
  } finally {
    await lanes.close();
  }
  const { counts } = tally;
  const pruning = await prune(config, sources, output, files, ports);
  const exitCode = exitCodeFor({
    signal: stop.requested === 'closed pipe' ? undefined : stop.requested,
    failed: counts.failed + counts.partial + pruning.notPruned,
    allowFailed: config.allowFailed,
    unlisted,
  });
  const totals: VideoTotals = {
    output: output.path,
    videos: sources.length,
    ...counts,
    notDone: sources.length - counts.processed - counts.skipped,
    unlisted,
    ...pruning,
    seconds: (now() - started) / 1000,
    peakMemory: { parent: ports.peakMemory(), lane: lanes.stats.peakLaneBytes },
    exitCode,
  };
  log.emit({ event: 'video-end', ...totals });
  if (config.summary !== undefined) {
    const text = JSON.stringify({ schemaVersion: 1, ...totals }, null, 2) + '\n';
    await ports.writeText(path.resolve(ports.cwd, config.summary), text);
  }
  return exitCode;
}

type Pruning = Pick<VideoTotals, 'pruned' | 'notPruned'>;

/** @throws {FatalError} NO_VIDEOS as `findGone`; OUTPUT_UNUSABLE. */
async function prune(
  config: VideoConfig,
  sources: Videos['sources'],
  output: OutputFolder,
  files: OutputFiles,
  ports: VideoPorts,
): Promise<Pruning> {
  const roots = output.readRoots();
  if (!(config.prune || config.pruneAll) || !roots || ports.stop.requested !== undefined)
    return { pruned: 0, notPruned: 0 };
  const { pruneGone } = await import('./prune.js');
  const { prunableVideos } = await import('./video/recorded-videos.js');
  const found = sources.map(({ name }) => name);
  return await pruneGone({ roots, found, all: config.pruneAll }, prunableVideos(files), ports);
}

/** Half a video is worth nothing: what is being read is given up at once. @returns takes what there is to end. */
function endOnStop(
  lanes: StartableLanePool,
  { stop, log }: VideoPorts,
): { readonly working: VideoRun['working'] } {
  let current: { cancel(): void } | undefined;
  stop.onRequest((reason, times) => {
    if (times === 1)
      log.emit({
        event: 'warning',
        message: `Stopping on ${reason}: an unfinished video is read again next time`,
      });
    current?.cancel();
    void lanes.kill();
  });
  return {
    working(work) {
      current = work;
      if (stop.requested !== undefined) current?.cancel();
    },
  };
}

function openLanes({ config, lane }: Plan, lanes: number, ports: VideoPorts): StartableLanePool {
  return ports.createLanes({
    lanes,
    config: lane,
    timeoutMs: config.timeout * 1000,
    maxLaneBytes: config.maxLaneMemory * 1e6 * RESTING_SHARE,
    memoryLimitBytes: config.maxLaneMemory * 1e6,
    onEvent: (event) => {
      logLaneEvent(event, ports.log);
    },
  });
}

/** Counts as videos finish. */
class VideoTally {
  readonly counts = { processed: 0, skipped: 0, failed: 0, partial: 0, frames: 0, analysed: 0, tracks: 0 };

  add({ record, how }: FinishedVideo): void {
    this.counts[how] += 1;
    if (record.status !== 'ok') this.counts[record.status] += 1;
    this.counts.frames += record.frames;
    this.counts.analysed += record.analysed;
    this.counts.tracks += record.tracks;
  }
}

/** @param tookSeconds how long it took. */
function logVideo({ record, how }: FinishedVideo, tookSeconds: number, { log }: VideoPorts): void {
  const { video, status, error, frames, analysed, tracks, duration } = record;
  if (status !== 'failed') {
    const speed = how === 'skipped' || duration === undefined ? undefined : duration / tookSeconds;
    log.emit({
      event: 'video-done',
      video,
      how,
      frames,
      analysed,
      tracks,
      ...(speed !== undefined && { speed: Math.round(speed * 10) / 10 }),
    });
  }
  if (error) {
    const kept = how === 'skipped' && { kept: true as const };
    log.emit({ event: 'video-failed', video, partial: status === 'partial', ...error, ...kept });
  }
}
