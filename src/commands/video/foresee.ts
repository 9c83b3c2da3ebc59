import type { VideoConfig } from '../../config.js';
import { exitCodeFor } from '../../core/exit-code.js';
import { escapeControls, escapeLineBreaks } from '../../core/escape-controls.js';
import { ImageError } from '../../errors.js';
import type { OutputFiles, OutputFolder } from '../../ports.js';
import type { VideoRules } from '../../video/video-record.js';
import { findGone } from '../prune.js';
import { findKept } from './find-kept.js';
import { findVideos, type VideoInputs, type VideoSource } from './find-videos.js';
import { prunableVideos } from './recorded-videos.js';
import type { VideoPorts } from './video-ports.js';

/**
 * `--dry-run`: lists on stdout what a run would do, one video a line: `read`, `skip` or `prune`, a tab, the name with its
 * control characters escaped. Writes nothing.
 *
 * @param output undefined where there is none yet.
 * @returns the exit code.
 * @throws {FatalError} as the run.
 */
export async function foresee(
  inputs: VideoInputs,
  config: VideoConfig,
  rules: VideoRules,
  output: OutputFolder | undefined,
  ports: VideoPorts,
): Promise<number> {
  const { stop, stdout } = ports;
  const { sources, unlisted } = await stop.unlessInterrupted(findVideos(inputs, config, output, ports));
  const files = await output?.openFiles();
  const tell = async (action: 'read' | 'skip' | 'prune', video: string): Promise<void> => {
    const name = stdout.terminal ? escapeControls(video) : escapeLineBreaks(video);
    await stdout.write(`${action}\t${name}\n`);
  };
  for (const source of sources) {
    if (stop.requested !== undefined) break;
    const unchanged = await stop.unlessInterrupted(isUnchanged(source, config, rules, files, ports));
    await tell(unchanged ? 'skip' : 'read', source.name);
  }
  const roots = output?.readRoots();
  if ((config.prune || config.pruneAll) && files && roots && stop.requested === undefined) {
    const options = { roots, found: sources.map(({ name }) => name), all: config.pruneAll };
    for (const video of await findGone(options, prunableVideos(files), ports)) await tell('prune', video);
  }
  const signal = stop.requested === 'closed pipe' ? undefined : stop.requested;
  return exitCodeFor({ signal, unlisted });
}

/** A run tries to read what it cannot even look at, in vain. */
async function isUnchanged(
  { name, file, fault }: VideoSource,
  config: VideoConfig,
  rules: VideoRules,
  files: OutputFiles | undefined,
  ports: VideoPorts,
): Promise<boolean> {
  if (file === undefined || fault !== undefined || files === undefined) return false;
  try {
    const kept = await findKept(name, file, ports.files.stamp(file), { rules, files, config }, ports);
    return kept !== undefined;
  } catch (error) {
    if (error instanceof ImageError) return false;
    throw error;
  }
}
