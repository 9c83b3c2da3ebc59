import { createHash } from 'node:crypto';
import path from 'node:path';
import type { VideoConfig } from '../../config.js';
import { VIDEO_NAMES } from '../../core/picture-name.js';
import { pathOf, sameRoots } from '../../core/roots.js';
import type { VideoFailure } from '../../core/video-failures.js';
import { absentProblem, discoverImages, type Discovery } from '../../discover/discover.js';
import { FatalError, usageError } from '../../errors.js';
import type { OutputFolder, VideoInput } from '../../ports.js';
import { discoveryOf, givenRoots, tellOfResults, tellOfSystemFolders } from '../find-pictures.js';
import type { VideoPorts } from './video-ports.js';

/** A video to look at. */
export interface VideoSource {
  /** Names it in every output: its path below the base folder, or what `streamName` gives. */
  readonly name: string;
  readonly input: VideoInput;
  /** Absolute path of its file; absent for a stream. */
  readonly file?: string;
  /** Why it cannot be read, where its place tells that already. */
  readonly fault?: VideoFailure;
}

export interface Videos {
  /** Sorted by name. */
  readonly sources: readonly VideoSource[];
  /** Folders and names that could not be listed. */
  readonly unlisted: number;
}

/** What was typed, and what `--files-from` lists. */
export interface VideoInputs {
  readonly paths: readonly string[];
  /** Undefined without a list. */
  readonly listed: readonly string[] | undefined;
  /** Addresses of streams, from both. */
  readonly urls: readonly string[];
}

const URL_START = /^https?:\/\//i;

/** @throws {FatalError} USAGE when nothing is named, or the list cannot be read. */
export async function readInputs(
  { inputs, filesFrom, null: ended }: VideoConfig,
  { readPathList }: Pick<VideoPorts, 'readPathList'>,
): Promise<VideoInputs> {
  if (ended && filesFrom === undefined) throw usageError('--files-from', '--null', 'none');
  const listed = filesFrom === undefined ? undefined : await readPathList(filesFrom, ended ? '\0' : '\n');
  if (inputs.length === 0 && !listed)
    throw usageError('a file, folder, glob or URL', 'the videos', 'nothing');
  const isUrl = (input: string): boolean => URL_START.test(input);
  const isPath = (input: string): boolean => !isUrl(input);
  return {
    paths: inputs.filter(isPath),
    listed: listed?.filter(isPath),
    urls: [...inputs, ...(listed ?? [])].filter(isUrl),
  };
}

/**
 * Finds the videos and settles the roots, which are those of the pictures in the same output folder.
 *
 * @param output undefined where nothing is to be written and there is none.
 * @throws {FatalError} USAGE for a missing path, one outside the base or no URL; NO_VIDEOS.
 */
export async function findVideos(
  inputs: VideoInputs,
  config: VideoConfig,
  output: OutputFolder | undefined,
  ports: VideoPorts,
): Promise<Videos> {
  const { paths, listed, urls } = inputs;
  const streams = urls.map(streamAt);
  const named = paths.length > 0 || (listed?.length ?? 0) > 0;
  const found = named ? await discover(inputs, config, output, ports) : undefined;
  const files = found === undefined ? [] : filesOf(found, [...paths, ...(listed ?? [])], ports);
  const sources = [...byName([...files, ...streams]).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const unlisted = found === undefined ? 0 : tellUnlisted(found, ports);
  if (sources.length === 0 && unlisted === 0 && !config.allowEmpty) throw noVideos(found);
  return { sources, unlisted };
}

async function discover(
  { paths, listed }: VideoInputs,
  config: VideoConfig,
  output: OutputFolder | undefined,
  ports: VideoPorts,
): Promise<Discovery> {
  const stored = output?.readRoots();
  const found = await discoverImages({
    inputs: paths,
    ...(listed && { listed }),
    names: VIDEO_NAMES,
    ...discoveryOf({ ...config, shard: undefined }, output, ports),
    ...givenRoots(config, output, stored, ports),
  });
  tellOfResults(found.resultFolders, ports);
  tellOfSystemFolders(found.systemFolders, ports);
  if (output && !config.dryRun && !(stored && sameRoots(stored, found))) await output.writeRoots(found);
  return found;
}

function filesOf(found: Discovery, inputs: readonly string[], { cwd, isFifo }: VideoPorts): VideoSource[] {
  const named = new Set(inputs.map((input) => path.resolve(cwd, input)));
  const files = found.relativePaths.map((name) => fileAt(name, pathOf(found, name)));
  const odd = problemsOf(found)
    .filter(isOfVideo)
    .map(({ path: place, relativePath, code, message }) => {
      const source = fileAt(relativePath, place);
      // A FIFO that was named is a stream; one that merely lies there would be waited for in vain.
      if (code === 'NOT_A_FILE' && named.has(place) && isFifo(place))
        return { name: source.name, input: { ...source.input, live: true } };
      return { ...source, fault: { code, message } };
    });
  return [...files, ...odd];
}

type Problem = Discovery['problems'][number];

/** A folder is none, nor is what only could not be listed. */
const isOfVideo = ({ code, relativePath }: Problem): boolean =>
  code === 'NOT_A_FILE' || VIDEO_NAMES.isTaken(relativePath);

function fileAt(name: string, file: string): VideoSource {
  // ffmpeg takes a name with this in front as it is, whatever characters it has.
  return { name, file, input: { url: `file:${file}`, live: false } };
}

/** What is not there included. */
function problemsOf(found: Discovery): Problem[] {
  return [...found.problems, ...found.absent.map((name) => absentProblem(name, found))];
}

function tellUnlisted(found: Discovery, { log }: VideoPorts): number {
  const unlisted = problemsOf(found).filter((problem) => !isOfVideo(problem));
  for (const { path: place, message } of unlisted)
    log.emit({ event: 'warning', message: `Cannot list ${place}: ${message}` });
  return unlisted.length;
}

/** @throws {FatalError} USAGE. */
function streamAt(typed: string): VideoSource {
  if (!URL.canParse(typed)) throw usageError('a URL', 'a stream', typed);
  return { name: streamName(new URL(typed)), input: { url: typed, live: true } };
}

/** Where the names of streams start. */
export const STREAMS = 'streams';

/** Characters of the hash that tells two streams of one host and name apart. */
const HASH_LENGTH = 8;

/** `streams/cam.local-8080/live.ts-1a2b3c4d`: without what may be a secret, in characters that every disk takes. */
function streamName(url: URL): string {
  const plain = (text: string): string => text.replace(/[^\w.-]/g, '-').slice(0, 100);
  const open = Object.assign(new URL(url), { username: '', password: '' });
  const hash = createHash('sha256').update(open.href).digest('hex').slice(0, HASH_LENGTH);
  const last = url.pathname.split('/').findLast((segment) => segment !== '') ?? '';
  return `${STREAMS}/${plain(url.host)}/${last === '' ? '' : `${plain(last)}-`}${hash}`;
}

function byName(sources: readonly VideoSource[]): Map<string, VideoSource> {
  return new Map(sources.map((source) => [source.name, source]));
}

function noVideos(found: Discovery | undefined): FatalError {
  const globs = (found?.unmatchedGlobs ?? [])
    .map((glob) => ` Nothing matches ${JSON.stringify(glob)}.`)
    .join('');
  return new FatalError(
    'NO_VIDEOS',
    `No videos found.${globs} Pass --allow-empty where an empty folder is normal`,
  );
}
