import path from 'node:path';
import { countOf } from '../core/count-of.js';
import { usageError } from '../errors.js';
import type { StartableLanePool } from '../lanes/pool.js';
import type { EventLog, FolderWatch } from '../ports.js';
import { Look } from './look.js';
import type { TagPorts } from './tag-ports.js';
import type { TagRun, TagSession } from './tag-session.js';

/** Seconds that a file must have been left alone; an upload writes more often. */
const SETTLE = 2;

/** Seconds between looks through all folders, for disks that tell of no change. */
const RESCAN = 60;

/** Idle lanes are ended after so many milliseconds, to give their memory back. */
const REST_MS = 60_000;

/** What failed for a reason that may pass, such as a permission, is tried again after so many milliseconds. */
const RETRY_MS = 3_600_000;

/**
 * Tags what is in the folders, then what arrives or changes there, until a stop is asked for. Between two rounds the
 * output folder is as an ordinary run leaves it.
 *
 * @param waitFor hears of what a stop has to wake.
 * @throws {FatalError} USAGE for what is no folder, and as `Look.find`.
 */
export async function tagArrivals(
  run: TagRun,
  session: TagSession,
  lanes: StartableLanePool,
  waitFor: (waiting: FolderWatch) => void,
  ports: TagPorts,
): Promise<void> {
  const { stop, now } = ports;
  const { inputs, settle = SETTLE, rescan = RESCAN } = run.config;
  const isStopped = (): boolean => stop.requested !== undefined;
  requireFolders(inputs, ports);
  const log = tellingOnce(ports.log);
  const folders = ports.watchFolders((reason) => {
    log.emit({ event: 'warning', message: `Changes are seen only every ${rescan} s (--rescan): ${reason}` });
  });
  waitFor(folders);
  const look = new Look(run, folders, settle * 1000, { ...ports, log });
  try {
    const there = await stop.unlessInterrupted(look.find());
    session.begin(there);
    await session.take(there);
    const message = `Watching ${countOf(inputs.length, 'folder')} and what is below; Ctrl-C or SIGTERM ends it`;
    log.emit({ event: 'note', message });
    let restAt = now() + REST_MS;
    let retryAt = now() + RETRY_MS;
    while (!isStopped()) {
      await folders.change(Math.min(look.waitMs(rescan * 1000), Math.max(0, restAt - now())));
      if (now() >= restAt) {
        lanes.rest();
        restAt = Infinity;
      }
      await folders.pause(Math.max(look.pauseMs(), session.publishMs));
      if (now() >= retryAt) {
        look.forget(session.passing);
        retryAt = now() + RETRY_MS;
      }
      const found = isStopped() ? undefined : await look.findNew();
      if (found === undefined) continue;
      const tally = await session.take(found, true);
      const { processed, skipped, failed, pruned } = tally;
      const counts = { pictures: found.images.length, processed, skipped, failed, pruned };
      log.emit({ event: 'round-end', ...counts, ...tally.found.counts });
      restAt = now() + REST_MS;
    }
  } finally {
    folders.close();
  }
}

/** Files and globs have nothing to wait for. */
function requireFolders(inputs: readonly string[], { cwd, kindAt }: TagPorts): void {
  const others = inputs.filter((input) => kindAt(path.resolve(cwd, input)) !== 'folder');
  if (inputs.length === 0 || others.length > 0) throw usageError('folders', '--watch', others);
}

/** Every look would warn of the same things again. */
function tellingOnce(log: EventLog): EventLog {
  const told = new Set<string>();
  return {
    emit(event) {
      if (event.event === 'warning' || event.event === 'note') {
        if (told.has(event.message)) return;
        told.add(event.message);
      }
      log.emit(event);
    },
  };
}
