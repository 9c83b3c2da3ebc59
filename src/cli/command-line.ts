import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createEventLog } from '../adapters/log.js';
import type { LogFlags } from '../config.js';
import { usesColour } from '../core/colour.js';
import { levelFor } from '../core/events.js';
import { exitCodeFor } from '../core/exit-code.js';
import { isOutOfFiles, reasonOf } from '../core/system-fault.js';
import { FatalError, ImageError, InterruptedError, PipeClosedError } from '../errors.js';
import { unknownVariables } from './environment.js';
import { findConfig, tellOfConfig } from './find-config.js';
import { runCommand } from './handlers.js';
import { packageRoot } from './open-store.js';
import { resolveLogFlags } from './options.js';
import { runProgram, type Call } from './program.js';
import type { EventLog } from '../ports.js';

const { version } = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as {
  version: string;
};
const { env } = process;

/** Until the flags are known: as the environment says. */
let log = openLog(resolveLogFlags({}, env));

function openLog(flags: LogFlags): EventLog {
  return createEventLog({
    stream: process.stderr,
    format: flags.logFormat,
    level: levelFor(flags),
    colour: usesColour({ choice: flags.color, terminal: process.stderr.isTTY, env }),
    now: () => new Date(),
  });
}

/**
 * Runs a command line.
 *
 * @param ahead a process for the first lane, if there is one.
 * @returns the exit code; never throws.
 */
export async function runCommandLine(
  argv: readonly string[],
  ahead: ChildProcess | undefined,
): Promise<number> {
  // Exit code 1, Node's own, would say that some pictures failed. The lanes end by themselves when their parent does.
  process.on('uncaughtException', (thrown) => {
    const error = asFatal(thrown);
    tellFatal(error);
    process.exit(exitCodeFor({ fatal: howFatal(error) }));
  });
  try {
    return await runProgram(argv, {
      version,
      env,
      flagsRead: (raw) => {
        log = openLog(resolveLogFlags(raw, env));
      },
      run: (call) => run(call, ahead),
      print: async (text) => {
        const { openStandardOutput } = await import('../adapters/standard-output.js');
        await openStandardOutput().write(text);
      },
    });
  } catch (thrown) {
    const error = asFatal(thrown);
    if (error instanceof PipeClosedError) return exitCodeFor({ pipeClosed: true });
    if (error instanceof InterruptedError) return endBySignal(error);
    tellFatal(error);
    return exitCodeFor({ fatal: howFatal(error) });
  }
}

async function run(call: Call, ahead: ChildProcess | undefined): Promise<number> {
  for (const message of await unknownVariables(env)) log.emit({ event: 'warning', message });
  const { raw } = call;
  const file = await findConfig(raw, env, log);
  if (file !== undefined) {
    log = openLog(resolveLogFlags(raw, env, file));
    tellOfConfig(file, call.command, raw, env, log);
  }
  return await runCommand(call, { log, version, ahead, sources: { raw, env, file } });
}

/**
 * Ends the process by the signal itself, which a shell reports as 130 or 143 too. Folders or a list are still being read:
 * that cannot be called back and may take for ever, and a plain exit would wait for it.
 */
function endBySignal({ signal }: InterruptedError): number {
  log.emit({ event: 'warning', message: `Stopped by ${signal}` });
  process.kill(process.pid, signal);
  return exitCodeFor({ signal });
}

/** What the system keeps from any command, wherever in it that shows. */
function asFatal(error: unknown): unknown {
  if (isOutOfFiles(error))
    return new FatalError('LIMIT_REACHED', `Cannot go on: ${reasonOf(error)}`, { cause: error });
  if (error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd')
    return new FatalError('USAGE', 'The working folder is not there any more: change to one that is (cd)');
  return error;
}

function tellFatal(error: unknown): void {
  const known = error instanceof FatalError || error instanceof ImageError ? error : undefined;
  const message = known?.message ?? `This is a bug in facetag ${version}: ${describe(error)}`;
  const code = known instanceof ImageError ? 'OUTPUT_UNUSABLE' : (known?.code ?? 'INTERNAL');
  log.emit({ event: 'error', code, message });
}

function howFatal(error: unknown): true | 'later' {
  return error instanceof FatalError && error.mayPass ? 'later' : true;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
