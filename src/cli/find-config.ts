import path from 'node:path';
import { CONFIG_NAME, lookForConfig, readConfigText } from '../adapters/config-text.js';
import type { EventLog } from '../ports.js';
import type { CommandName } from './commands.js';
import { environmentName, flagsOf, longName } from './flags.js';
import { resolveFlag, type ConfigFile, type Environment, type RawFlags } from './options.js';

/**
 * The config file of a run: `--config`, FACETAG_CONFIG, or facetag.config.json in the working directory alone. No folder
 * above is looked into: a run must not change because of a file three levels up. A file that was found may set less than
 * one that was named: see `FOUND`.
 *
 * @returns undefined where there is none, at the cost of one `lstat`.
 * @throws {FatalError} USAGE, naming the file and what is wrong with it.
 */
export async function findConfig(
  raw: RawFlags,
  env: Environment,
  log: EventLog,
): Promise<ConfigFile | undefined> {
  const named = resolveFlag('config', raw, env);
  if (named !== undefined) {
    const subject = raw.config === undefined ? environmentName('config') : longName('config');
    return await readConfig(named, subject, true);
  }
  switch (lookForConfig(CONFIG_NAME)) {
    case 'nothing':
      return undefined;
    case 'ours':
      return await readConfig(CONFIG_NAME, CONFIG_NAME, false);
    case 'foreign': {
      const message = `${path.resolve(CONFIG_NAME)} belongs to another user and is left out. Name it with --config to use it`;
      log.emit({ event: 'warning', message });
      return undefined;
    }
  }
}

async function readConfig(file: string, subject: string, named: boolean): Promise<ConfigFile> {
  const text = readConfigText(file, subject);
  const { parseConfigFile } = await import('./config-file.js');
  return parseConfigFile(text, path.resolve(file), named);
}

/** Says what a command takes from a file that nobody named. */
export function tellOfConfig(
  { path: file, values }: ConfigFile,
  command: CommandName,
  raw: RawFlags,
  env: Environment,
  log: EventLog,
): void {
  if (resolveFlag('config', raw, env) !== undefined) return;
  const taken = flagsOf(command)
    .map(({ name }) => name)
    .filter((name) => values[name] !== undefined && raw[name] === undefined && !env[environmentName(name)]);
  if (taken.length > 0) log.emit({ event: 'note', message: `${taken.join(', ')} from ${file}` });
}
