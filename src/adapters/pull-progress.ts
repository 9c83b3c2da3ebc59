import { formatBytes } from '../core/format-bytes.js';
import type { PullProgress } from '../packs/ports.js';
import type { EventLog } from '../ports.js';
import type { TextStream } from './log.js';

/** Shows how far a download is. */
export interface PullDisplay {
  update(progress: PullProgress): void;
  stop(): void;
}

export interface PullDisplayOptions {
  /** False with `--no-progress`. */
  readonly progress: boolean;
  readonly quiet: boolean;
  readonly logFormat: 'text' | 'json';
  readonly stream: TextStream;
  /** Takes the lines where no bar is drawn. */
  readonly log: EventLog;
}

/** A bar per file on a terminal; elsewhere one line when a file begins and one when it is whole. */
export async function createPullDisplay(options: PullDisplayOptions): Promise<PullDisplay> {
  const { progress, quiet, logFormat, stream, log } = options;
  if (!progress || quiet) return { update: () => undefined, stop: () => undefined };
  return logFormat === 'text' && stream.isTTY === true ? await createBars(stream) : createLines(log);
}

async function createBars(stream: TextStream): Promise<PullDisplay> {
  const { MultiBar } = await import('cli-progress');
  const bars = new MultiBar({
    stream,
    format: '{file} [{bar}] {percentage} % of {size}',
    hideCursor: true,
  });
  const open = new Map<string, ReturnType<typeof bars.create>>();
  return {
    update({ file, received, total }) {
      const bar = open.get(file) ?? bars.create(total, 0, { file, size: formatBytes(total) });
      open.set(file, bar);
      bar.update(received);
    },
    stop() {
      bars.stop();
    },
  };
}

function createLines(log: EventLog): PullDisplay {
  const begun = new Set<string>();
  const whole = new Set<string>();
  return {
    update({ file, received, total }) {
      if (!begun.has(file)) {
        begun.add(file);
        const resumed = received > 0 && received < total ? `, going on at ${formatBytes(received)}` : '';
        log.emit({ event: 'note', message: `${file}: downloading ${formatBytes(total)}${resumed}` });
      }
      if (received === total && !whole.has(file)) {
        whole.add(file);
        log.emit({ event: 'note', message: `${file}: downloaded` });
      }
    },
    stop: () => undefined,
  };
}
