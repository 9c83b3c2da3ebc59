import { COLOURS, ENGINES, LOG_FORMATS, type Flags } from '../config.js';
import { bool, formats, integer, list, number, oneOf, shard, text, type RawValue } from './flag-readers.js';

export const FLAG_GROUPS = [
  'Output',
  'Models',
  'Pictures',
  'Repeating runs',
  'Screening',
  'Limits',
  'Telling',
] as const;
export type FlagGroup = (typeof FLAG_GROUPS)[number];

interface FlagRow<T> {
  /** As commander wants it: `-o, --output <dir>`. */
  readonly flags: string;
  readonly help: string;
  readonly group: FlagGroup;
  readonly fallback: T;
  /** @throws {FatalError} USAGE in the one validation form. */
  readonly read: (raw: RawValue, subject: string) => T;
  readonly repeatable?: boolean;
}

type FlagTable = { readonly [K in keyof Flags]: FlagRow<Flags[K]> };

/** One row per flag; the type makes a forgotten one a compile error. */
export const FLAGS: FlagTable = {
  output: row('Output', '-o, --output <dir>', 'where results go (default: facetag-out)', undefined, text),
  format: row(
    'Output',
    '-f, --format <list>',
    'beside the JSON: csv, jsonl, none (default: csv)',
    ['csv'],
    formats,
  ),
  jsonl: row(
    'Output',
    '--jsonl',
    'stream a JSON record per picture to stdout; no files unless -o',
    false,
    bool,
  ),
  annotate: row('Output', '--annotate', 'also write copies with boxes and labels drawn', false, bool),
  where: row(
    'Output',
    '--where <expr>',
    'only matching pictures appear in csv, jsonl and stdout',
    undefined,
    text,
  ),
  summary: row('Output', '--summary <file>', 'write the totals of the run as JSON', undefined, text),
  pack: row('Models', '--pack <name>', 'model pack: compact or classic (default: compact)', 'compact', text),
  detector: row('Models', '--detector <name>', "detector of the pack (default: the pack's)", undefined, text),
  engine: row(
    'Models',
    '--engine <name>',
    'opencv or onnxruntime (default: opencv)',
    'opencv',
    oneOf(ENGINES),
  ),
  models: row(
    'Models',
    '--models <dir>',
    'where pulled packs live (default: XDG data folder)',
    undefined,
    text,
  ),
  manifest: row('Models', '--manifest <file>', 'adds packs of your own, in the same schema', undefined, text),
  minConfidence: row(
    'Models',
    '--min-confidence <0..1>',
    "detector threshold (default: the pack's)",
    undefined,
    number(0, 1, 'a number in 0..1'),
  ),
  minFace: row(
    'Models',
    '--min-face <px>',
    'ignore faces with a shorter side below this (default: 0)',
    0,
    number(0, 1e6, 'a size in pixels'),
  ),
  maxDim: row(
    'Models',
    '--max-dim <px>',
    'longest side that goes into the nets (default: 720)',
    720,
    integer(32, 16384),
  ),
  padding: row(
    'Models',
    '--padding <fraction>',
    "grow the face box before the attribute nets (default: the pack's)",
    undefined,
    number(0, 2, 'a fraction in 0..2'),
  ),
  ignore: repeatable('Pictures', '--ignore <glob>', 'leave out what matches (repeatable)', list),
  hidden: row('Pictures', '--hidden', 'take hidden files and folders too', false, bool),
  follow: row('Pictures', '--follow', 'follow symbolic links to folders', false, bool),
  newerThan: row(
    'Pictures',
    '--newer-than <when>',
    'only files changed since: 24h, 7d, a date, or a file',
    undefined,
    text,
  ),
  filesFrom: row(
    'Pictures',
    '--files-from <file>',
    'read paths from a file, or - for stdin',
    undefined,
    text,
  ),
  null: row('Pictures', '-0, --null', 'paths of --files-from end in NUL instead of a newline', false, bool),
  base: row(
    'Pictures',
    '--base <dir>',
    'root of output paths (default: common parent, then as stored)',
    undefined,
    text,
  ),
  shard: row('Pictures', '--shard <K/N>', 'take share K of N of the pictures', undefined, shard),
  allowEmpty: row('Pictures', '--allow-empty', 'finding no pictures is fine', false, bool),
  force: row('Repeating runs', '--force', 'redo every picture', false, bool),
  retryFailed: row(
    'Repeating runs',
    '--retry-failed',
    'redo pictures whose content was at fault',
    false,
    bool,
  ),
  prune: row('Repeating runs', '--prune', 'remove results whose picture is gone', false, bool),
  dryRun: row('Repeating runs', '-n, --dry-run', 'list what would be done', false, bool),
  failIf: row(
    'Screening',
    '--fail-if <expr>',
    'exit 3 when a picture matches, listed on stderr',
    undefined,
    text,
  ),
  jobs: row(
    'Limits',
    '-j, --jobs <n>',
    'lanes, each a process (default: cores, bounded by memory)',
    undefined,
    integer(1, 256),
  ),
  timeout: row(
    'Limits',
    '--timeout <s>',
    'seconds a picture may take (default: 60)',
    60,
    number(0.1, 86400, 'seconds in 0.1..86400'),
  ),
  maxPixels: row(
    'Limits',
    '--max-pixels <n>',
    'refuse larger pictures (default: 100000000)',
    100_000_000,
    integer(1, 2 ** 30),
  ),
  maxLaneMemory: row(
    'Limits',
    '--max-lane-memory <MB>',
    'replace a lane that grows above this (default: 1024)',
    1024,
    integer(64, 1 << 20),
  ),
  quiet: row('Telling', '-q, --quiet', 'only errors on stderr', false, bool),
  verbose: row('Telling', '-v, --verbose', 'tell of every picture on stderr', false, bool),
  progress: row('Telling', '--no-progress', 'no progress bar or progress lines', true, bool),
  color: row('Telling', '--color <when>', 'auto, always or never (default: auto)', 'auto', oneOf(COLOURS)),
  logFormat: row(
    'Telling',
    '--log-format <format>',
    'text or json (default: text)',
    'text',
    oneOf(LOG_FORMATS),
  ),
};

export const FLAG_NAMES = Object.keys(FLAGS) as readonly (keyof Flags)[];

/** `--min-face` of `minFace`. */
export function longName(name: keyof Flags): string {
  const match = /--[a-z-]+/.exec(FLAGS[name].flags);
  return match?.[0] ?? name;
}

function row<T>(
  group: FlagGroup,
  flags: string,
  help: string,
  fallback: T,
  read: (raw: RawValue, subject: string) => T,
): FlagRow<T> {
  return { group, flags, help, fallback, read };
}

function repeatable(
  group: FlagGroup,
  flags: string,
  help: string,
  read: (raw: RawValue, subject: string) => readonly string[],
): FlagRow<readonly string[]> {
  return { group, flags, help, fallback: [], read, repeatable: true };
}
