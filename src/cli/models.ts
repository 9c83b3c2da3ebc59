import { createFolderLock } from '../adapters/folder-lock.js';
import { openStandardOutput } from '../adapters/standard-output.js';
import {
  convertModels,
  importModels,
  listModels,
  modelsPath,
  pullModels,
  verifyModels,
  type ModelsContext,
} from '../commands/models.js';
import type { StoreFlags } from '../config.js';
import { exitCodeFor } from '../core/exit-code.js';
import { PipeClosedError } from '../errors.js';
import type { FlagsOf } from './flags.js';
import type { RunContext } from './handlers.js';
import { openStore } from './open-store.js';

/* Composition roots of `facetag models …`. Each resolves to the exit code. */

type Operands = readonly string[];

export function runList(flags: FlagsOf<'models list'>, _: Operands, context: RunContext): Promise<number> {
  return runModels(flags, context, (models) => listModels(models, flags));
}

export function runPath(flags: FlagsOf<'models path'>, _: Operands, context: RunContext): Promise<number> {
  return runModels(flags, context, modelsPath);
}

export function runVerify(
  flags: FlagsOf<'models verify'>,
  [pack]: Operands,
  context: RunContext,
): Promise<number> {
  return runModels(flags, context, (models) => verifyModels(models, pack === undefined ? {} : { pack }));
}

export function runImport(
  flags: FlagsOf<'models import'>,
  [pack = '', from = '']: Operands,
  context: RunContext,
): Promise<number> {
  return runModels(flags, context, (models) =>
    importModels(models, { pack, from }, { lock: createFolderLock() }),
  );
}

export function runConvert(
  flags: FlagsOf<'models convert'>,
  [pack = '']: Operands,
  context: RunContext,
): Promise<number> {
  const { detector } = flags;
  const choice = { pack, ...(detector !== undefined && { detector }) };
  return runModels(flags, context, (models) => convertModels(models, choice, { lock: createFolderLock() }));
}

export function runPull(
  flags: FlagsOf<'models pull'>,
  packs: Operands,
  context: RunContext,
): Promise<number> {
  const { mirror, detector } = flags;
  return runModels(flags, context, async (models) => {
    const { createHttpClient } = await import('../adapters/http.js');
    const { createPullDisplay } = await import('../adapters/pull-progress.js');
    const display = await createPullDisplay({ ...flags, stream: process.stderr, log: context.log });
    const http = createHttpClient();
    try {
      const choices = {
        ...(mirror !== undefined && { mirror }),
        ...(detector !== undefined && { detector }),
      };
      const onProgress = display.update.bind(display);
      return await pullModels(
        models,
        { packs, onProgress, ...choices },
        { http, lock: createFolderLock(), uid: process.getuid?.() },
      );
    } finally {
      display.stop();
      await http.close();
    }
  });
}

/** Runs a sub-command of `facetag models`; a signal ends it in order, with what was downloaded kept for the next try. */
export async function runModels(
  flags: StoreFlags,
  { log }: RunContext,
  work: (context: ModelsContext) => Promise<number>,
): Promise<number> {
  const interrupted = new AbortController();
  let signalled: 'SIGINT' | 'SIGTERM' | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    signalled = signal === 'SIGTERM' ? 'SIGTERM' : 'SIGINT';
    interrupted.abort(new Error(`Stopped by ${signal}`));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const stdout = openStandardOutput();
  try {
    return await work({
      store: await openStore(flags),
      write: (text) => stdout.write(text),
      tell: (message) => {
        log.emit({ event: 'note', message });
      },
      signal: interrupted.signal,
    });
  } catch (error) {
    if (error instanceof PipeClosedError || signalled === undefined) throw error;
    log.emit({
      event: 'warning',
      message: `Stopped by ${signalled}. Run the same command again to go on`,
    });
    return exitCodeFor({ signal: signalled });
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
