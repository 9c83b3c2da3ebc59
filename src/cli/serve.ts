import { lookup } from 'node:dns/promises';
import path from 'node:path';
import { isFastInInt8, readMachineLimits } from '../adapters/limits.js';
import { uploadFolders } from '../adapters/upload-folder.js';
import { Stop } from '../batch/stop-switch.js';
import { serveCommand } from '../commands/serve.js';
import { boundLaneMemory, decideLanes, FOOTPRINT } from '../core/lane-count.js';
import { usageError } from '../errors.js';
import { createLanes } from './create-lanes.js';
import type { FlagsOf } from './flags.js';
import type { RunContext } from './handlers.js';
import { openStore, packageRoot } from './open-store.js';
import { withSignals } from './signals.js';

/** Composition root of `facetag serve`. @returns the exit code. */
export async function runServe(flags: FlagsOf<'serve'>, { log, version }: RunContext): Promise<number> {
  if (flags.quiet && flags.port === 0) {
    throw usageError('a port, since --quiet keeps to itself which free one is taken,', '--port', 0);
  }
  const limits = readMachineLimits();
  const stop = new Stop();
  return await withSignals(stop, async () =>
    serveCommand(
      {
        ...flags,
        jobs: flags.jobs ?? decideLanes(limits, FOOTPRINT).lanes,
        maxLaneMemory: boundLaneMemory(flags.maxLaneMemory, limits),
      },
      {
        openStore: () => openStore(flags),
        uploads: uploadFolders,
        createLanes,
        lookUp: async (host) => (await lookup(host)).address,
        memoryBytes: limits.memoryBytes,
        isFastInInt8,
        page: path.join(packageRoot, 'dist/serve/client'),
        stop,
        log,
        version,
        now: () => performance.now(),
      },
    ),
  );
}
