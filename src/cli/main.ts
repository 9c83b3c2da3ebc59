import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CommanderError } from 'commander';
import { createEventLog } from '../adapters/log.js';
import { usesColour } from '../core/colour.js';
import { levelFor } from '../core/events.js';
import { SIGNAL_EXIT } from '../core/exit-code.js';
import { FatalError, ImageError, InterruptedError, PipeClosedError } from '../errors.js';
import { packageRoot } from './open-store.js';
import { resolveConfig, resolveTelling } from './options.js';
import { runProgram, type Handlers, type ModelsHandlers } from './program.js';
import type { EventLog } from '../ports.js';

const { version } = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as {
  version: string;
};

/** Until the flags are known: plain text. */
let log = openLog({ color: 'auto', logFormat: 'text', quiet: false, verbose: false });

interface Telling {
  readonly color: 'auto' | 'always' | 'never';
  readonly logFormat: 'text' | 'json';
  readonly quiet: boolean;
  readonly verbose: boolean;
}

function openLog(telling: Telling): EventLog {
  return createEventLog({
    stream: process.stderr,
    format: telling.logFormat,
    level: levelFor(telling),
    colour: usesColour({ choice: telling.color, terminal: process.stderr.isTTY, env: process.env }),
    now: () => new Date(),
  });
}

/** Commands are loaded when they are asked for: a small parent starts sooner and leaves memory to the lanes. */
const handlers: Handlers = {
  async tag(inputs, raw) {
    log = openLog(resolveTelling(raw, process.env));
    const config = resolveConfig(inputs, raw, process.env);
    const { runTag } = await import('./tag.js');
    return await runTag(config, { log, version });
  },
  async doctor(options) {
    const { runDoctor } = await import('./doctor.js');
    return await runDoctor(options);
  },
  async merge(folders, options) {
    const { runMerge } = await import('./merge.js');
    return await runMerge(folders, options, log);
  },
  async setup() {
    const { runSetup } = await import('./setup.js');
    return await runSetup();
  },
  models: {
    list: async (options) => (await loadModels()).list(options),
    pull: async (packs, options) => (await loadModels()).pull(packs, options),
    verify: async (pack, options) => (await loadModels()).verify(pack, options),
    import: async (pack, folder, options) => (await loadModels()).import(pack, folder, options),
    path: async (options) => (await loadModels()).path(options),
    convert: async (pack, options) => (await loadModels()).convert(pack, options),
  },
};

async function loadModels(): Promise<ModelsHandlers> {
  const { modelsHandlers } = await import('./models.js');
  return modelsHandlers;
}

/** @returns the exit code; never throws. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    return await runProgram(argv, handlers, version);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof PipeClosedError) return 0;
    if (error instanceof InterruptedError) return endBySignal(error);
    tellFatal(error);
    return 2;
  }
}

/**
 * Ends the process by the signal itself, which a shell reports as 130 or 143 too. Folders or a list are still being read:
 * that cannot be called back and may take for ever, and a plain exit would wait for it.
 */
function endBySignal({ signal }: InterruptedError): number {
  log.emit({ event: 'warning', message: `Stopped by ${signal}` });
  process.kill(process.pid, signal);
  return SIGNAL_EXIT[signal];
}

function tellFatal(error: unknown): void {
  const known = error instanceof FatalError || error instanceof ImageError ? error : undefined;
  const message = known?.message ?? `This is a bug in facetag ${version}: ${describe(error)}`;
  const code = known instanceof ImageError ? 'OUTPUT_UNUSABLE' : (known?.code ?? 'INTERNAL');
  log.emit({ event: 'error', code, message });
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

// Exit code 1, Node's own, would say that some pictures failed. The lanes end by themselves when their parent does.
process.on('uncaughtException', (error) => {
  tellFatal(error);
  process.exit(2);
});

// Never process.exit otherwise: it would cut off what a pipe on stdout has not taken yet.
process.exitCode = await main(process.argv.slice(2));
