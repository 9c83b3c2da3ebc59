import path from 'node:path';
import type { Config } from '../config.js';
import { escapeControls } from '../core/escape-controls.js';
import { exitCodeFor } from '../core/exit-code.js';
import { decideSkip } from '../core/skip.js';
import { ImageError } from '../errors.js';
import type { Ledger, ReportSink } from '../ports.js';
import type { RunKey } from '../types.js';
import { findPictures } from './find-pictures.js';
import { goneImages } from './prune.js';
import type { TagPorts } from './tag-ports.js';

type DryRunPorts = Pick<
  TagPorts,
  | 'cwd'
  | 'files'
  | 'isGone'
  | 'log'
  | 'mtimeOf'
  | 'now'
  | 'openLedger'
  | 'outputs'
  | 'readPathList'
  | 'stdout'
  | 'stop'
>;

/** What a run would do with a picture, or with the results of one that is gone. */
type Action = 'tag' | 'skip' | 'redraw' | 'prune';

/**
 * Lists on stdout what a run would do, one picture a line: the action, a tab, the path (with `--jsonl` as JSON).
 * Writes nothing. @returns the exit code.
 */
export async function dryRun(
  config: Config,
  run: RunKey,
  output: string | undefined,
  ports: DryRunPorts,
): Promise<number> {
  const { stop } = ports;
  const { base, images, unlisted } = await stop.unlessInterrupted(findPictures(config, output, ports));
  const ledger =
    output !== undefined && ports.outputs.hasRecords(output) ? ports.openLedger(output) : undefined;
  const lines = new Lines(ports.stdout, config.jsonl);
  for (const image of images) {
    if (stop.requested !== undefined) break;
    const action = ledger ? await foresee(path.join(base, image), image, config, run, ledger, ports) : 'tag';
    await lines.add(image, action);
  }
  if (config.prune && ledger && stop.requested === undefined) {
    for (const image of goneImages(base, ledger, ports)) await lines.add(image, 'prune');
  }
  await lines.flush();
  const signal = stop.requested === 'closed pipe' ? undefined : stop.requested;
  return exitCodeFor({ fatal: false, signal, pipeClosed: false, screened: false, failed: unlisted });
}

async function foresee(
  file: string,
  image: string,
  { force, retryFailed, annotate }: Config,
  run: RunKey,
  ledger: Ledger,
  { files }: DryRunPorts,
): Promise<Action> {
  const stored = ledger.read(image);
  if (!stored) return 'tag';
  try {
    const decision = decideSkip(stored.record, stored.mtimeMs, files.stamp(file), {
      run,
      force,
      retryFailed,
    });
    if (decision === 'process') return 'tag';
    if (decision === 'hash' && (await files.sha256(file)) !== stored.record.source?.sha256) return 'tag';
  } catch (error) {
    if (error instanceof ImageError) return 'tag';
    throw error;
  }
  return annotate && stored.record.status === 'ok' && !ledger.hasAnnotated(image) ? 'redraw' : 'skip';
}

/** Writes lines in blocks: a million small writes would take longer than finding the pictures. */
class Lines {
  private block = '';

  constructor(
    private readonly sink: ReportSink,
    private readonly json: boolean,
  ) {}

  async add(image: string, action: Action): Promise<void> {
    const name = this.sink.terminal ? escapeControls(image) : image;
    this.block += (this.json ? JSON.stringify({ image, action }) : `${action}\t${name}`) + '\n';
    if (this.block.length >= 1 << 16) await this.flush();
  }

  async flush(): Promise<void> {
    const block = this.block;
    this.block = '';
    if (block !== '') await this.sink.write(block);
  }
}
