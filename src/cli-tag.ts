import { homedir } from 'node:os';
import path from 'node:path';
import { pictureFiles, writeWhole } from './adapters/files.js';
import { openLedger } from './adapters/ledger.js';
import { readMachineLimits } from './adapters/limits.js';
import { isGone, mtimeOf, outputFolders } from './adapters/output-folder.js';
import { readPathList } from './adapters/path-list.js';
import { createProgress } from './adapters/progress.js';
import { openStandardOutput } from './adapters/standard-output.js';
import { tagCommand } from './commands/tag.js';
import type { Config } from './config.js';
import { decideLanes } from './core/lane-count.js';
import { createLanePool } from './lanes/pool.js';
import { loadManifest } from './packs/manifest.js';
import { defaultModelsDir } from './packs/store.js';
import { Stop } from './stop-switch.js';
import type { EventLog } from './types.js';

interface Surroundings {
  readonly log: EventLog;
  /** Absolute path of facetag's own folder. */
  readonly packageRoot: string;
  readonly version: string;
}

/** Memory of the parent and of a lane of the larger pack, in bytes: measured, see test/bench/RESULTS.md. */
const FOOTPRINT = { parentBytes: 60e6, laneBytes: 250e6 };

/** Composition root of `facetag [tag]`. @returns the exit code. */
export async function runTag(config: Config, { log, packageRoot, version }: Surroundings): Promise<number> {
  const cwd = process.cwd();
  const stop = new Stop();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGINT' || signal === 'SIGTERM') stop.request(signal);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    return await tagCommand(config, {
      cwd,
      log,
      version,
      stop,
      openStore: async ({ models, manifest }) => ({
        manifest: await loadManifest({
          packageRoot,
          ...(manifest !== undefined && { userManifest: path.resolve(cwd, manifest) }),
        }),
        modelsDir:
          models === undefined ? defaultModelsDir(process.env, homedir()) : path.resolve(cwd, models),
        packageRoot,
        flags: models === undefined ? '' : ` --models ${models}`,
      }),
      files: pictureFiles,
      openLedger,
      outputs: outputFolders,
      readPathList,
      mtimeOf,
      isGone,
      createLanes: (options) =>
        createLanePool({ ...options, script: new URL('./lanes/lane.js', import.meta.url) }),
      defaultLanes: () => decideLanes(readMachineLimits(), FOOTPRINT).lanes,
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
      peakMemory: () => process.resourceUsage().maxRSS * 1024,
      writeText: (file, text) => writeWhole(file, text),
    });
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
