import { createFolderLock } from '../adapters/folder-lock.js';
import { openStandardOutput } from '../adapters/standard-output.js';
import { fromEnvironment, openStore } from './open-store.js';
import {
  convertModels,
  importModels,
  listModels,
  modelsPath,
  pullModels,
  verifyModels,
  type ModelsContext,
} from '../commands/models.js';
import { SIGNAL_EXIT } from '../core/exit-code.js';
import { PipeClosedError } from '../errors.js';
import type { ModelsHandlers, StoreFlags } from './program.js';

/** Composition root of `facetag models`. Each handler resolves to the exit code. */
export const modelsHandlers: ModelsHandlers = {
  list: ({ json, ...flags }) => run(flags, (context) => listModels(context, { json: json ?? false })),
  path: (flags) => run(flags, modelsPath),
  verify: (pack, flags) => run(flags, (context) => verifyModels(context, pack === undefined ? {} : { pack })),
  import: (pack, from, flags) =>
    run(flags, (context) => importModels(context, { pack, from }, { lock: createFolderLock() })),
  convert: (pack, { detector, ...flags }) =>
    run(flags, (context) =>
      convertModels(
        context,
        { pack, ...(detector !== undefined && { detector }) },
        { lock: createFolderLock() },
      ),
    ),

  pull: (packs, { mirror = fromEnvironment('FACETAG_MIRROR'), detector, ...flags }) =>
    run(flags, async (context) => {
      const { createHttpClient } = await import('../adapters/http.js');
      const { createPullDisplay } = await import('../adapters/pull-progress.js');
      const display = await createPullDisplay(process.stderr);
      const http = createHttpClient();
      try {
        const choices = {
          ...(mirror !== undefined && { mirror }),
          ...(detector !== undefined && { detector }),
        };
        const onProgress = display.update.bind(display);
        return await pullModels(
          context,
          { packs, onProgress, ...choices },
          { http, lock: createFolderLock() },
        );
      } finally {
        display.stop();
        await http.close();
      }
    }),
};

/** Runs a sub-command; a signal ends it in order, with what was downloaded kept for the next try. */
async function run(flags: StoreFlags, work: (context: ModelsContext) => Promise<number>): Promise<number> {
  const interrupted = new AbortController();
  let signalled: keyof typeof SIGNAL_EXIT | undefined;
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
      tell: (line) => void process.stderr.write(`${line}\n`),
      signal: interrupted.signal,
    });
  } catch (error) {
    if (error instanceof PipeClosedError) return 0;
    if (signalled === undefined) throw error;
    process.stderr.write(`Stopped by ${signalled}. Run the same command again to go on\n`);
    return SIGNAL_EXIT[signalled];
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
