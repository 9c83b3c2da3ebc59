import path from 'node:path';
import { DEFAULT_OUTPUT, writesFiles, type Config } from '../config.js';
import { ASKED_NAMES } from '../core/attributes.js';
import { wantedKinds } from '../core/copies.js';
import { isStoreAddress } from '../core/store-address.js';
import type { StartableLanePool } from '../lanes/pool.js';
import { assertOutputOutside } from '../discover/output-folder.js';
import type { OutputFolder } from '../ports.js';
import type { Pictures } from './find-pictures.js';
import { drawingOf } from './copies.js';
import { logLaneEvent } from './log-lane-event.js';
import { requireSummaryFile } from './summary-file.js';
import { resolveRunSettings } from './run-settings.js';
import type { TagPorts } from './tag-ports.js';
import { warnOfPrecision } from './warn-precision.js';
import { TagSession, type Screens, type TagRun } from './tag-session.js';

/** `facetag [tag] <paths…>`: finds pictures, tags them, writes results. @returns the exit code. */
export async function tagCommand(config: Config, ports: TagPorts): Promise<number> {
  const output = writesFiles(config) ? path.resolve(ports.cwd, config.output ?? DEFAULT_OUTPUT) : undefined;
  const screens = await compileScreens(config);
  requireSummaryFile(config, output, ports);
  const store = await ports.openStore(config);
  const settings = await resolveRunSettings(config, store);
  warnOfPrecision(settings.run, ports);
  const inputs = config.inputs.filter((input) => !isStoreAddress(input));
  if (output !== undefined) await assertOutputOutside(inputs, output, ports.cwd);
  if (config.dryRun) {
    const { dryRun } = await import('./dry-run.js');
    const foresee = (folder?: OutputFolder): Promise<number> => dryRun(config, settings.run, folder, ports);
    if (output === undefined) return await foresee();
    return await ports.outputs.visit(output, foresee, { records: config.records });
  }
  const tag = (folder?: OutputFolder): Promise<number> =>
    tagPictures({ config, settings, output: folder, screens }, ports);
  if (output === undefined) return await tag();
  return await ports.outputs.hold(output, tag, {
    named: config.output !== undefined,
    records: config.records,
  });
}

/** Expressions are checked before anything else happens. */
async function compileScreens({ where, failIf, blurWhere, attributes }: Config): Promise<Screens> {
  if (where === undefined && failIf === undefined && blurWhere === undefined)
    return { shows: () => true, fails: undefined };
  const { compileExpression, compileFaceExpression } = await import('../core/expression.js');
  const untold = untoldNames(attributes);
  // Lanes compile it for themselves: it is tried here.
  if (blurWhere !== undefined) compileFaceExpression(blurWhere, '--blur-where', untold);
  return {
    shows: where === undefined ? () => true : compileExpression(where, '--where', untold),
    fails: failIf === undefined ? undefined : compileExpression(failIf, '--fail-if', untold),
  };
}

/** A rule about what the run was not asked for would never hold, and nobody would notice. */
function untoldNames(attributes: Config['attributes']): ReadonlyMap<string, string> {
  if (attributes.includes('expression')) return new Map();
  return new Map(ASKED_NAMES.map((name) => [name, '--attributes gender,age,expression tells it']));
}

async function tagPictures(run: TagRun, ports: TagPorts): Promise<number> {
  const { config, output } = run;
  const started = ports.now();
  const jobs = config.jobs ?? ports.defaultLanes();
  const lanes = openLanes(run, jobs, ports);
  const session = new TagSession(run, lanes, jobs, started, ports);
  let waiting: { cancel(): void } | undefined;
  let stocked: Pictures['stock'];
  const waitFor = (cancellable: { cancel(): void } | undefined): void => {
    waiting = cancellable;
    if (ports.stop.requested !== undefined) waiting?.cancel();
  };
  ports.stop.onRequest((reason, times) => {
    waiting?.cancel();
    const how = times > 1 ? 'dropping the pictures in flight' : 'letting the pictures in flight finish';
    if (reason !== 'closed pipe')
      ports.log.emit({ event: 'warning', message: `Stopping on ${reason}: ${how}` });
    lanes.stopping();
    if (reason === 'closed pipe' || times > 1) void lanes.kill();
  });
  try {
    // The nets of the first lane load while pictures are being found. Where an earlier run left records there may be
    // nothing to load them for; further lanes start when there are pictures for them.
    if (config.force || !output?.hasRecords()) lanes.start(1);
    if (config.watch) {
      const { tagArrivals } = await import('./watch.js');
      await tagArrivals(run, session, lanes, waitFor, ports);
    } else {
      // fast-glob takes a while to load: meanwhile the lane starts.
      const pictures = await findOrAwaitPictures(run, ports);
      const { arriving, stock } = pictures;
      stocked = stock;
      waitFor({
        cancel: () => {
          arriving?.cancel();
          stock?.cancel();
        },
      });
      session.begin(pictures);
      await session.take(pictures);
    }
    await lanes.close();
    return await session.end();
  } finally {
    await lanes.close();
    await stocked?.close();
  }
}

async function findOrAwaitPictures({ config, output }: TagRun, ports: TagPorts): Promise<Pictures> {
  const { canArrive, findPictures } = await import('./find-pictures.js');
  if (!canArrive(config)) return await ports.stop.unlessInterrupted(findPictures(config, output, ports));
  const { ArrivingPictures } = await import('./arriving-pictures.js');
  return new ArrivingPictures(config, output, ports.streamPathList(config.null ? '\0' : '\n'), ports);
}

/** A lane that holds more than this share of what it may take, with no picture, is replaced. */
const RESTING_SHARE = 0.5;

function openLanes({ config, settings, output }: TagRun, lanes: number, ports: TagPorts): StartableLanePool {
  const drawing = drawingOf(config);
  const draws = wantedKinds(drawing).length > 0;
  return ports.createLanes({
    lanes,
    config: { ...settings.lane, ...(output && draws && { copies: { output: output.root, drawing } }) },
    timeoutMs: config.timeout * 1000,
    maxLaneBytes: config.maxLaneMemory * 1e6 * RESTING_SHARE,
    memoryLimitBytes: config.maxLaneMemory * 1e6,
    onEvent: (event) => {
      logLaneEvent(event, ports.log);
    },
  });
}
