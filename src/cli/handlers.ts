import type { ChildProcess } from 'node:child_process';
import type { EventLog } from '../ports.js';
import type { FlagsOf } from './flags.js';
import { resolveFlags, tagConfig, type FlagSources } from './options.js';
import type { Call, RunnableCommand } from './program.js';

/** What a command's composition root gets beside its flags. */
export interface RunContext {
  readonly log: EventLog;
  /** Of facetag. */
  readonly version: string;
  readonly sources: FlagSources;
  /** A process for the first lane of `tag`, launched before the command line was read. */
  readonly ahead: ChildProcess | undefined;
}

type Handler<C extends RunnableCommand> = (
  flags: FlagsOf<C>,
  /** As many as the command's row asks for. */
  operands: readonly string[],
  context: RunContext,
) => Promise<number>;

type Handlers<C extends RunnableCommand> = { readonly [Each in C]: Handler<Each> };

/** Commands are loaded when they are asked for: a small parent starts sooner and leaves memory to the lanes. */
const HANDLERS: Handlers<RunnableCommand> = {
  async tag(flags, paths, context) {
    const { shard } = flags;
    const shared = shard ? (await import('./share.js')).takeShare(flags, context) : { ...flags, shard };
    const config = tagConfig(paths, shared);
    return await (await import('./tag.js')).runTag(config, context);
  },
  merge: async (...call) => (await import('./merge.js')).runMerge(...call),
  eval: async (...call) => (await import('./eval.js')).runEval(...call),
  export: async (...call) => (await import('./export.js')).runExport(...call),
  report: async (...call) => (await import('./report.js')).runReport(...call),
  video: async (...call) => (await import('./video.js')).runVideo(...call),
  serve: async (flags, _, context) => (await import('./serve.js')).runServe(flags, context),
  doctor: async (...call) => (await import('./doctor.js')).runDoctor(...call),
  setup: async (...call) => (await import('./setup.js')).runSetup(...call),
  completion: async (flags, words) => (await import('./completion.js')).runCompletion(flags, words),
  'models list': async (...call) => (await import('./models.js')).runList(...call),
  'models pull': async (...call) => (await import('./models.js')).runPull(...call),
  'models verify': async (...call) => (await import('./models.js')).runVerify(...call),
  'models import': async (...call) => (await import('./models.js')).runImport(...call),
  'models path': async (...call) => (await import('./models.js')).runPath(...call),
  'models convert': async (...call) => (await import('./models.js')).runConvert(...call),
  'models quantize': async (...call) => (await import('./quantize.js')).runQuantize(...call),
};

/**
 * Checks the flags of a command line and runs it.
 *
 * @returns the exit code.
 * @throws {FatalError} USAGE for a flag, a variable or a value of the config file; what the command throws.
 */
export async function runCommand(call: Call, context: RunContext): Promise<number> {
  return await dispatch(HANDLERS, call.command, call.operands, context);
}

async function dispatch<C extends RunnableCommand>(
  handlers: Handlers<C>,
  command: C,
  operands: readonly string[],
  context: RunContext,
): Promise<number> {
  const { raw, env, file } = context.sources;
  return await handlers[command](resolveFlags(command, raw, env, file), operands, context);
}
