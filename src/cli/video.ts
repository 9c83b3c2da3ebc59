import { ffmpeg } from '../adapters/ffmpeg.js';
import { isFifo, kindAt, mtimeOf, pictureFiles } from '../adapters/files.js';
import { isFastInInt8, readMachineLimits } from '../adapters/limits.js';
import { readMemory } from '../adapters/memory.js';
import { unmetForWriting, writeNamedFile } from '../adapters/named-file.js';
import { outputFolders } from '../adapters/output-folder.js';
import { readPathList } from '../adapters/path-list.js';
import { createProgress } from '../adapters/progress.js';
import { openStandardOutput } from '../adapters/standard-output.js';
import { Stop } from '../batch/stop-switch.js';
import { videoCommand } from '../commands/video.js';
import { boundLaneMemory, decideLanes, FOOTPRINT } from '../core/lane-count.js';
import type { FlagsOf } from './flags.js';
import { createLanes } from './create-lanes.js';
import type { RunContext } from './handlers.js';
import { openStore } from './open-store.js';
import { withSignals } from './signals.js';

/** Composition root of `facetag video`. @returns the exit code. */
export async function runVideo(
  flags: FlagsOf<'video'>,
  inputs: readonly string[],
  { log }: RunContext,
): Promise<number> {
  const limits = readMachineLimits();
  const config = { ...flags, inputs, maxLaneMemory: boundLaneMemory(flags.maxLaneMemory, limits) };
  const stop = new Stop();
  const progress = await createProgress({
    enabled: flags.progress && !flags.quiet,
    stream: process.stderr,
    format: flags.logFormat,
    log,
    now: () => performance.now(),
    terminal: process.env['TERM'],
  });
  return await withSignals(stop, () =>
    videoCommand(config, {
      cwd: process.cwd(),
      log,
      stop,
      progress,
      openStore,
      tool: ffmpeg,
      files: pictureFiles,
      outputs: outputFolders,
      mtimeOf,
      kindAt,
      readPathList: (source, separator) =>
        readPathList(source, separator, (message) => {
          log.emit({ event: 'note', message });
        }),
      stdout: openStandardOutput(),
      unmetForWriting,
      writeText: writeNamedFile,
      isFifo,
      createLanes,
      defaultLanes: () => decideLanes(limits, FOOTPRINT).lanes,
      isFastInInt8,
      now: () => Date.now(),
      peakMemory: () => readMemory().peakBytes,
    }),
  );
}
