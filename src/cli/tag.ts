import { kindAt, mtimeOf, pictureFiles } from '../adapters/files.js';
import { watchFolders } from '../adapters/folder-watch.js';
import { isFastInInt8, readMachineLimits } from '../adapters/limits.js';
import { readMemory } from '../adapters/memory.js';
import { unmetForWriting, writeNamedFile } from '../adapters/named-file.js';
import { outputFolders } from '../adapters/output-folder.js';
import { readPathList, streamPathList } from '../adapters/path-list.js';
import { createProgress } from '../adapters/progress.js';
import { openStandardOutput } from '../adapters/standard-output.js';
import { tagCommand } from '../commands/tag.js';
import type { Config } from '../config.js';
import { boundLaneMemory, decideLanes, FOOTPRINT } from '../core/lane-count.js';
import { Stop } from '../batch/stop-switch.js';
import { createLanes } from './create-lanes.js';
import type { RunContext } from './handlers.js';
import { openStore } from './open-store.js';
import { withSignals } from './signals.js';

/** Composition root of `facetag [tag]`. @returns the exit code. */
export async function runTag(config: Config, context: RunContext): Promise<number> {
  const stop = new Stop();
  return await withSignals(stop, async () => {
    const exitCode = await tag(config, context, stop);
    // A run that was stopped, or that only looked, has no report.
    if (!config.report || config.dryRun || exitCode >= FIRST_SIGNAL_CODE) return exitCode;
    const { reportRun } = await import('./report.js');
    const reported = await reportRun(config, context, stop);
    return reported === 0 ? exitCode : reported;
  });
}

/** Exit codes from here on say by which signal a run was stopped. */
const FIRST_SIGNAL_CODE = 128;

async function tag(given: Config, { log, version, ahead }: RunContext, stop: Stop): Promise<number> {
  const maxLaneMemory = boundLaneMemory(given.maxLaneMemory, readMachineLimits());
  const config = { ...given, maxLaneMemory };
  const cwd = process.cwd();
  const note = (message: string): void => {
    log.emit({ event: 'note', message });
  };
  return await tagCommand(config, {
    cwd,
    log,
    version,
    stop,
    openStore,
    files: pictureFiles,
    loadSources: async () => (await import('./sources.js')).sourcePorts,
    outputs: outputFolders,
    readPathList: (source, separator) => readPathList(source, separator, note),
    streamPathList: (separator) => streamPathList(separator, note),
    mtimeOf,
    kindAt,
    watchFolders,
    createLanes: (options) => createLanes(options, ahead),
    defaultLanes: () => decideLanes(readMachineLimits(), FOOTPRINT).lanes,
    isFastInInt8,
    stdout: openStandardOutput(),
    progress: await createProgress({
      enabled: config.progress && !config.quiet,
      stream: process.stderr,
      format: config.logFormat,
      log,
      now: () => performance.now(),
      terminal: process.env['TERM'],
    }),
    now: () => Date.now(),
    peakMemory: () => readMemory().peakBytes,
    unmetForWriting,
    writeText: writeNamedFile,
  });
}
