import path from 'node:path';
import type { Config } from '../config.js';
import { parseNewerThan } from '../core/newer-than.js';
import { isPictureName } from '../core/picture-name.js';
import { FatalError, usageError } from '../errors.js';
import { assertOutputOutside, discoverImages } from '../discover/discover.js';
import type { ImageFailure } from '../types.js';
import type { TagPorts } from './tag-ports.js';

/** What a run is about. */
export interface Pictures {
  /** Absolute base folder. */
  readonly base: string;
  /** Sorted paths below it. */
  readonly images: readonly string[];
  /** Those of `images` that turned up but cannot be pictures. */
  readonly faults: ReadonlyMap<string, ImageFailure>;
  /** Folders and names that could not be listed. */
  readonly unlisted: number;
}

type DiscoveryPorts = Pick<TagPorts, 'cwd' | 'outputs' | 'readPathList' | 'mtimeOf' | 'now' | 'log'>;

/**
 * Finds the pictures and settles the base folder, which the output folder remembers from its first run on.
 *
 * @throws {FatalError} USAGE for a missing path or one outside the base; NO_PICTURES.
 */
export async function findPictures(
  config: Config,
  output: string | undefined,
  ports: DiscoveryPorts,
): Promise<Pictures> {
  const { cwd } = ports;
  const { inputs } = config;
  const listed =
    config.filesFrom === undefined
      ? undefined
      : await ports.readPathList(config.filesFrom, config.null ? '\0' : '\n');
  if (inputs.length === 0 && !listed) throw usageError('a file, folder or glob', 'the pictures', 'nothing');
  if (output !== undefined) await assertOutputOutside(inputs, output, cwd);
  const stored = output === undefined ? undefined : ports.outputs.readBase(output);
  const base = settleBase(config, output, stored, cwd);
  const newerThanMs =
    config.newerThan === undefined
      ? undefined
      : parseNewerThan(config.newerThan, ports.now(), (file) => ports.mtimeOf(path.resolve(cwd, file)));
  const found = await discoverImages({
    inputs,
    cwd,
    ignore: config.ignore,
    hidden: config.hidden,
    followSymlinks: config.follow,
    exclude: output === undefined ? [] : [output],
    ...(listed && { listed }),
    ...(base !== undefined && { base }),
    ...(newerThanMs !== undefined && { newerThanMs }),
    ...(config.shard && { shard: config.shard }),
  });
  if (found.relativePaths.length === 0 && found.problems.length === 0 && !config.allowEmpty) {
    const globs = found.unmatchedGlobs.map((glob) => ` Nothing matches ${JSON.stringify(glob)}.`).join('');
    throw new FatalError(
      'NO_PICTURES',
      `No pictures found.${globs} Pass --allow-empty where an empty folder is normal`,
    );
  }
  if (output !== undefined && stored === undefined && !config.dryRun) {
    await ports.outputs.writeBase(output, found.base);
  }
  return withFaults(found, ports);
}

/** `--base` before what the output folder remembers; both are refused when they differ. */
function settleBase(
  config: Config,
  output: string | undefined,
  stored: string | undefined,
  cwd: string,
): string | undefined {
  const typed = config.base === undefined ? undefined : path.resolve(cwd, config.base);
  if (output === undefined || stored === undefined) return typed;
  if (typed !== undefined && typed !== stored) {
    throw usageError(`the base folder that ${output} was made with, ${stored},`, '--base', typed);
  }
  return stored;
}

function withFaults(
  { base, relativePaths, problems }: Awaited<ReturnType<typeof discoverImages>>,
  { log }: DiscoveryPorts,
): Pictures {
  const faults = new Map<string, ImageFailure>();
  let unlisted = 0;
  for (const { path: place, relativePath, code, message } of problems) {
    if (isPictureName(relativePath)) faults.set(relativePath, { stage: 'discover', code, message });
    else {
      unlisted += 1;
      log.emit({ event: 'warning', message: `Cannot list ${place}: ${message}` });
    }
  }
  if (faults.size === 0) return { base, images: relativePaths, faults, unlisted };
  const images = [...new Set([...relativePaths, ...faults.keys()])].sort();
  return { base, images, faults, unlisted };
}
