import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Config } from '../config.js';
import { escapeControls, escapeLineBreaks } from '../core/escape-controls.js';
import { exitCodeFor } from '../core/exit-code.js';
import { wantedKinds } from '../core/copies.js';
import { drawingOf, restyledKinds } from './copies.js';
import { decide } from '../batch/decide.js';
import { openPicture } from '../batch/open-picture.js';
import type { OutputFolder, ReportSink } from '../ports.js';
import type { RunKey } from '../types.js';
import { findPictures, type Pictures } from './find-pictures.js';
import { findGone, namesInOrder, recordedIn } from './prune.js';
import type { TagPorts } from './tag-ports.js';

type DryRunPorts = Pick<
  TagPorts,
  'cwd' | 'files' | 'kindAt' | 'loadSources' | 'log' | 'mtimeOf' | 'now' | 'readPathList' | 'stdout' | 'stop'
>;

/** What a run would do with a picture, or with the results of one that is gone. */
type Action = 'tag' | 'skip' | 'redraw' | 'prune';

/**
 * Lists on stdout what a run would do, one picture a line: the action, a tab, the name with its control characters
 * escaped, so that a line is always one picture; `--jsonl` gives names exactly.
 * Writes nothing. @returns the exit code. @throws {InterruptedError}
 */
export async function dryRun(
  config: Config,
  run: RunKey,
  output: OutputFolder | undefined,
  ports: DryRunPorts,
): Promise<number> {
  const { stop } = ports;
  const pictures = await stop.unlessInterrupted(findPictures(config, output, ports));
  const lines = new Lines(ports.stdout, config.jsonl);
  try {
    // The content of a picture may be a long way into an archive, or away in a store.
    return await stop.unlessInterrupted(foresee(pictures, { config, run, output }, lines, ports));
  } finally {
    pictures.stock?.cancel();
    await lines.flush();
    await pictures.stock?.close();
  }
}

/** Pictures between two looks at the event loop, so that signals are heard. */
const TURN = 64;

interface Foreseen {
  readonly config: Config;
  readonly run: RunKey;
  readonly output: OutputFolder | undefined;
}

async function foresee(
  pictures: Pictures,
  { config, run, output }: Foreseen,
  lines: Lines,
  ports: DryRunPorts,
): Promise<number> {
  const { stop } = ports;
  const { images, unlisted } = pictures;
  const ledger = output?.hasRecords() ? output.ledger : undefined;
  const rules = { run, force: config.force, retryFailed: config.retryFailed };
  const drawing = drawingOf(config);
  const copies = wantedKinds(drawing);
  const restyled = output && ledger ? restyledKinds(output, drawing) : [];
  const plan = { ...pictures, rules, copies, restyled };
  let reformatted = 0;
  for (const [index, image] of images.entries()) {
    if (index % TURN === 0) await nextTurn();
    if (stop.requested !== undefined) break;
    const picture = openPicture(image, plan, ports.files);
    const decision = await decide(image, picture, plan, { ledger });
    await picture.release();
    // A run tries to tag what it cannot even look at, in vain.
    await lines.add(image, decision.action === 'fail' ? 'tag' : decision.action);
    if (decision.action === 'tag' && decision.reformatted) reformatted += 1;
  }
  if ((config.prune || config.pruneAll) && ledger && stop.requested === undefined) {
    const gone = await findGone(
      {
        roots: pictures,
        stock: pictures.stock,
        found: namesInOrder(pictures),
        all: config.pruneAll,
      },
      recordedIn(ledger),
      ports,
    );
    for (const image of gone) await lines.add(image, 'prune');
  }
  await lines.flush();
  if (reformatted > 0) ports.log.emit({ event: 'format-changed', pictures: reformatted });
  const signal = stop.requested === 'closed pipe' ? undefined : stop.requested;
  return exitCodeFor({ signal, unlisted });
}

/** Writes lines in blocks: a million small writes would take longer than finding the pictures. */
class Lines {
  private block = '';

  constructor(
    private readonly sink: ReportSink,
    private readonly json: boolean,
  ) {}

  async add(image: string, action: Action): Promise<void> {
    const name = this.sink.terminal ? escapeControls(image) : escapeLineBreaks(image);
    this.block += (this.json ? JSON.stringify({ image, action }) : `${action}\t${name}`) + '\n';
    if (this.block.length >= 1 << 16) await this.flush();
  }

  async flush(): Promise<void> {
    const block = this.block;
    this.block = '';
    if (block !== '') await this.sink.write(block);
  }
}
