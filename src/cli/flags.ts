import {
  ATTRIBUTE_CHOICES,
  COLOURS,
  CSV_NAMES,
  ENGINES,
  EXPORT_KINDS,
  LOG_FORMATS,
  MATCH_RULES,
  MISSING_FORMS,
  PRECISIONS,
  RECORD_FORMS,
  USUAL_ATTRIBUTES,
  YOLO_CLASSES,
  type Flags,
} from '../config.js';
import { LEAST_LANE_MEMORY } from '../core/lane-count.js';
import { COMMAND_NAMES, type CommandName } from './commands.js';
import {
  attributes,
  duration,
  formats,
  integer,
  MOST_SHARES,
  number,
  oneOf,
  secret,
  shard,
  text,
  webAddress,
} from './flag-readers.js';
import { FOUND, optional, repeatable, toggle, value, type FlagRow } from './flag-row.js';

const TAG = ['tag'] as const;
/** The commands that look for faces. */
const FACES = ['tag', 'video'] as const;
const VIDEO = ['video'] as const;
const EVAL = ['eval'] as const;
/** The commands that hold results against labels. */
const LABELLED = ['eval', 'report'] as const;
/** The commands that read pictures. */
const PICTURES = ['tag', 'report'] as const;
/** The commands that take pictures from anybody. */
const UPLOADS = ['tag', 'serve'] as const;
/** The commands that run nets. */
const NETS = ['tag', 'video', 'serve'] as const;
/** The commands with lanes. */
const LANES = [...PICTURES, 'video', 'serve'] as const;
const SERVE = ['serve'] as const;
/** The commands that read packs. */
const PACKS = [
  'tag',
  'video',
  'serve',
  'models list',
  'models pull',
  'models verify',
  'models import',
  'models path',
  'models convert',
  'models quantize',
  'doctor',
] as const;

type FlagTable = { readonly [K in keyof Flags]: FlagRow<Flags[K]> };

/** One row per flag, in the order of the help; the type makes a forgotten one a compile error. */
const TABLE = {
  to: optional(
    ['export'],
    'Output',
    '--to <kind>',
    `what to write: ${EXPORT_KINDS.join(', ')} (required)`,
    oneOf(EXPORT_KINDS),
  ),
  output: optional(
    ['tag', 'merge', 'export', 'report', 'video', 'doctor'],
    'Output',
    '-o, --output <dir>',
    {
      tag: 'where results go (default: facetag-out)',
      merge: 'the folder to write (required)',
      export: 'the folder to write (required, but for --beside)',
      report: 'the folder of the report (default: report in the output folder)',
      video: 'where results go (default: facetag-out)',
      doctor: 'the output folder to check (default: facetag-out)',
    },
    text,
  ),
  format: value(
    ['tag', 'merge'],
    'Output',
    '-f, --format <list>',
    'beside the JSON: csv, jsonl, none (default: csv)',
    ['csv'],
    formats,
    FOUND,
  ),
  records: optional(
    ['tag', 'merge'],
    'Output',
    '--records <form>',
    {
      tag: 'tree, a JSON file a picture, or jsonl, one file (default: as they are; tree)',
      merge: 'tree, a JSON file a picture, or jsonl, one file (default: as they are; tree where they differ)',
    },
    oneOf(RECORD_FORMS),
    FOUND,
  ),
  csvNames: value(
    ['tag', 'merge', 'video'],
    'Output',
    '--csv-names <form>',
    'safe (./ before what a spreadsheet calculates) or exact (default: safe)',
    'safe',
    oneOf(CSV_NAMES),
  ),
  json: toggle(['models list', 'eval', 'doctor'], 'Output', '--json', 'print as JSON'),
  markdown: toggle(EVAL, 'Output', '--markdown', "print as Markdown: a model card's figures"),
  jsonl: toggle(TAG, 'Output', '--jsonl', 'stream a JSON record per picture to stdout; no files unless -o'),
  annotate: toggle(
    FACES,
    'Output',
    '--annotate',
    {
      tag: 'also write copies with boxes and labels drawn',
      video: 'also write a clip with boxes and labels drawn',
    },
    FOUND,
  ),
  blur: toggle(TAG, 'Output', '--blur', 'also write copies with faces blurred beyond recognition', FOUND),
  pixelate: toggle(TAG, 'Output', '--pixelate', 'the same with blocks instead of a blur', FOUND),
  blurWhere: optional(
    TAG,
    'Output',
    '--blur-where <expr>',
    "blur only faces that match, such as 'maxAge <= 12'",
    text,
  ),
  crops: toggle(TAG, 'Output', '--crops', 'also write each face as a picture of its own', FOUND),
  cropPadding: optional(
    TAG,
    'Output',
    '--crop-padding <fraction>',
    'grow the face box of a crop on each side (default: 0.25)',
    number(0, 2, 'a fraction in 0..2'),
    FOUND,
  ),
  cropSize: optional(
    TAG,
    'Output',
    '--crop-size <px>',
    'longer side of a crop (default: 0, as it is)',
    integer(0, 4096),
    FOUND,
  ),
  report: toggle(
    TAG,
    'Output',
    '--report',
    'also write a page to look at: report/index.html in the output folder',
    FOUND,
  ),
  inline: toggle(
    ['report'],
    'Output',
    '--inline',
    'one file with the thumbnails in it, up to 300 pictures',
    FOUND,
  ),
  copyPictures: toggle(
    ['report'],
    'Output',
    '--copy-pictures',
    'copy the pictures into the report, to pass it on (default: link them)',
  ),
  where: optional(
    [...PICTURES, 'export'],
    'Output',
    '--where <expr>',
    {
      tag: 'only matching pictures appear in csv, jsonl, stdout and report',
      export: 'only matching pictures',
      report: 'only matching pictures',
    },
    text,
    FOUND,
  ),
  imagePrefix: optional(
    ['export'],
    'Output',
    '--image-prefix <text>',
    'put before names of pictures, such as https://host/photos/ (label-studio: /data/local-files/?d=)',
    text,
  ),
  yoloClasses: value(
    ['export'],
    'Output',
    '--yolo-classes <set>',
    'face, or gender-age for 16 classes such as female_25-32 (default: gender-age)',
    'gender-age',
    oneOf(YOLO_CLASSES),
    FOUND,
  ),
  split: value(
    ['export'],
    'Output',
    '--split <share>',
    'yolo: share of the pictures for validation, chosen by name (default: 0)',
    0,
    number(0, 1, 'a share in 0..1'),
    FOUND,
  ),
  beside: toggle(['export'], 'Output', '--beside', 'xmp: write sidecars beside the pictures instead of -o'),
  summary: optional(FACES, 'Output', '--summary <file>', 'write the totals of the run as JSON', text),
  pack: value(
    NETS,
    'Models',
    '--pack <name>',
    'model pack: compact, accurate or classic (default: compact)',
    'compact',
    text,
  ),
  detector: optional(
    ['tag', 'video', 'serve', 'models pull', 'models convert', 'models quantize'],
    'Models',
    '--detector <name>',
    {
      tag: "detector of the pack (default: the pack's)",
      video: "detector of the pack (default: the pack's)",
      serve: "detector of the pack (default: the pack's)",
      'models pull': 'only the files for this detector',
      'models convert': 'only this detector',
      'models quantize': 'only this detector',
    },
    text,
  ),
  engine: value(
    NETS,
    'Models',
    '--engine <name>',
    'opencv or onnxruntime (default: opencv)',
    'opencv',
    oneOf(ENGINES),
  ),
  precision: value(
    NETS,
    'Models',
    '--precision <name>',
    'fp32, or int8 with --engine onnxruntime: smaller nets (default: fp32)',
    'fp32',
    oneOf(PRECISIONS),
  ),
  attributes: value(
    NETS,
    'Models',
    '--attributes <list>',
    `what to tell of a face: gender,age or ${ATTRIBUTE_CHOICES.join(',')} (default: gender,age)`,
    USUAL_ATTRIBUTES,
    attributes,
    FOUND,
  ),
  calibrate: optional(
    ['models quantize'],
    'Models',
    '--calibrate <path>',
    'pictures to measure with: a folder, or a file with a path a line (default: those of face-api)',
    text,
  ),
  mirror: optional(
    ['models pull'],
    'Models',
    '--mirror <base-url>',
    'try <base-url>/<file name> first',
    text,
  ),
  models: optional(
    PACKS,
    'Models',
    '--models <dir>',
    'where pulled packs live (default: XDG data folder)',
    text,
  ),
  manifest: optional(
    [...PACKS, 'completion'],
    'Models',
    '--manifest <file>',
    'adds packs of your own, in the same schema',
    text,
  ),
  minConfidence: optional(
    NETS,
    'Models',
    '--min-confidence <0..1>',
    'detector threshold (default: 0.4; accurate 0.7, classic 0.5)',
    number(0, 1, 'a number in 0..1'),
    FOUND,
  ),
  minFace: value(
    NETS,
    'Models',
    '--min-face <px>',
    'ignore faces with a shorter side below this (default: 0)',
    0,
    number(0, 1e6, 'a size in pixels'),
    FOUND,
  ),
  maxDim: optional(
    NETS,
    'Models',
    '--max-dim <px>',
    'longest side that faces are looked for in (default: 720; 4096 with --small-faces)',
    integer(32, 16384),
    FOUND,
  ),
  smallFaces: toggle(
    NETS,
    'Models',
    '--small-faces',
    'look at pictures part by part too, for crowds: many times slower',
    FOUND,
  ),
  turned: toggle(
    NETS,
    'Models',
    '--turned',
    'look at pictures four ways, for those that lie on their side: three times slower',
    FOUND,
  ),
  flip: toggle(
    NETS,
    'Models',
    '--flip',
    'judge each face mirrored too and take the mean: a little truer',
    FOUND,
  ),
  padding: optional(
    NETS,
    'Models',
    '--padding <fraction>',
    "grow the face box before the attribute nets (default: the pack's)",
    number(0, 2, 'a fraction in 0..2'),
    FOUND,
  ),
  ignore: repeatable(FACES, 'Pictures', '--ignore <glob>', 'leave out what matches (repeatable)', FOUND),
  hidden: toggle(
    FACES,
    'Pictures',
    '--hidden',
    'take hidden files and folders too, and those of systems such as @eaDir',
    FOUND,
  ),
  follow: toggle(FACES, 'Pictures', '--follow', 'follow symbolic links to folders'),
  newerThan: optional(
    FACES,
    'Pictures',
    '--newer-than <when>',
    'only files changed since: 24h, 7d, a date, or a file',
    text,
  ),
  filesFrom: optional(
    FACES,
    'Pictures',
    '--files-from <file>',
    'read paths from a file, or - for stdin',
    text,
  ),
  endpointUrl: optional(
    TAG,
    'Pictures',
    '--endpoint-url <url>',
    'of the object store of s3:// paths, where it is not of AWS',
    webAddress,
  ),
  null: toggle(FACES, 'Pictures', '-0, --null', 'paths of --files-from end in NUL instead of a newline'),
  base: optional(
    FACES,
    'Pictures',
    '--base <dir>',
    'root of output paths (default: common parent, then as stored)',
    text,
  ),
  shard: optional(
    TAG,
    'Pictures',
    '--shard <K/N>',
    'take share K of N of the pictures; auto/N: K as Slurm, Kubernetes or AWS Batch says',
    shard,
  ),
  allowEmpty: toggle(FACES, 'Pictures', '--allow-empty', {
    tag: 'finding no pictures is fine',
    video: 'finding no videos is fine',
  }),
  allowFailed: toggle(FACES, 'Screening', '--allow-failed', {
    tag: 'exit 0 although pictures failed',
    video: 'exit 0 although videos failed',
  }),
  allowPartial: toggle(
    ['merge'],
    'Output',
    '--allow-partial',
    'merge although shares are missing or unfinished, and say so',
  ),
  of: optional(
    ['merge'],
    'Output',
    '--of <N>',
    'how many shares there must be: those without a folder are missing too',
    integer(1, MOST_SHARES),
  ),
  missing: optional(
    ['merge'],
    'Output',
    '--missing <form>',
    `only print which shares to run again: ${MISSING_FORMS.join(', ')}`,
    oneOf(MISSING_FORMS),
  ),
  labels: optional(
    LABELLED,
    'Labels',
    '--labels <file>',
    {
      eval: 'a CSV file of labels, or - for stdin (required)',
      report: 'also show how right the results are by these labels (CSV, or - for stdin)',
    },
    text,
  ),
  by: repeatable(LABELLED, 'Labels', '--by <column>', 'break down by this column too (repeatable)'),
  iou: value(
    LABELLED,
    'Labels',
    '--iou <0..1>',
    'overlap from which a face is the labelled one (default: 0.5)',
    0.5,
    number(0.01, 1, 'a number in 0.01..1'),
  ),
  match: value(
    LABELLED,
    'Labels',
    '--match <rule>',
    'the face of a label without a box: central or largest (default: central)',
    'central',
    oneOf(MATCH_RULES),
  ),
  minGroup: value(
    LABELLED,
    'Labels',
    '--min-group <n>',
    'smaller groups do not count in a gap (default: 10)',
    10,
    integer(1, 1e9),
  ),
  min: repeatable(
    EVAL,
    'Screening',
    '--min <figure=number>',
    'exit 3 when the figure is below it (repeatable)',
  ),
  max: repeatable(
    EVAL,
    'Screening',
    '--max <figure=number>',
    'exit 3 when the figure is above it (repeatable)',
  ),
  force: toggle(FACES, 'Repeating runs', '--force', {
    tag: 'redo every picture',
    video: 'redo every video',
  }),
  retryFailed: toggle(FACES, 'Repeating runs', '--retry-failed', {
    tag: 'redo pictures whose content was at fault',
    video: 'redo videos whose content was at fault',
  }),
  prune: toggle(FACES, 'Repeating runs', '--prune', {
    tag: 'remove results whose picture is gone',
    video: 'remove results whose video is gone',
  }),
  pruneAll: toggle(FACES, 'Repeating runs', '--prune-all', 'the same, even if no result is left'),
  dryRun: toggle(FACES, 'Repeating runs', '-n, --dry-run', {
    tag: 'list what would be done (--jsonl: exact names)',
    video: 'list what would be done',
  }),
  watch: toggle(
    TAG,
    'Repeating runs',
    '--watch',
    'keep running and tag what arrives or changes in the folders',
  ),
  settle: optional(
    TAG,
    'Repeating runs',
    '--settle <s>',
    'with --watch: seconds a file must be left alone (default: 2)',
    number(0.1, 3600, 'seconds in 0.1..3600'),
  ),
  rescan: optional(
    TAG,
    'Repeating runs',
    '--rescan <s>',
    'with --watch: seconds between looks at disks that tell of no change (default: 60)',
    number(1, 86400, 'seconds in 1..86400'),
  ),
  every: value(
    VIDEO,
    'Pictures',
    '--every <time>',
    'take a frame per so much time: 1s, 500ms, 2m; 0 for all (default: 1s)',
    1,
    duration(86_400, 'a time such as 1s, 500ms or 2m, 24h at most,'),
    FOUND,
  ),
  diff: value(
    VIDEO,
    'Pictures',
    '--diff <0..1>',
    'frames that differ less from the last analysed one keep its faces (default: 0.02)',
    0.02,
    number(0, 1, 'a number in 0..1'),
    FOUND,
  ),
  failIf: optional(
    TAG,
    'Screening',
    '--fail-if <expr>',
    'exit 3 when a picture matches, listed on stderr',
    text,
  ),
  jobs: optional(
    LANES,
    'Limits',
    '-j, --jobs <n>',
    'lanes, each a process (default: cores, bounded by memory)',
    integer(1, 256),
  ),
  timeout: value(
    LANES,
    'Limits',
    '--timeout <s>',
    {
      tag: 'seconds a picture may take (default: 60)',
      report: 'seconds a picture may take (default: 60)',
      serve: 'seconds a picture may take (default: 60)',
      video: 'seconds a frame may take, and a stream may be silent (default: 60)',
    },
    60,
    number(0.1, 86400, 'seconds in 0.1..86400'),
  ),
  maxPixels: value(
    LANES,
    'Limits',
    '--max-pixels <n>',
    {
      tag: 'refuse larger pictures (default: 100000000)',
      report: 'refuse larger pictures (default: 100000000)',
      serve: 'refuse larger pictures (default: 100000000)',
      video: 'refuse videos with larger frames (default: 100000000)',
    },
    100_000_000,
    integer(1, 2 ** 30),
  ),
  thorough: toggle(
    UPLOADS,
    'Screening',
    '--thorough',
    'look for lost blocks in JPEGs too: a quarter slower',
    FOUND,
  ),
  maxBytes: value(
    [...PICTURES, 'serve'],
    'Limits',
    '--max-bytes <n>',
    'refuse larger files unread (default: 500000000)',
    500_000_000,
    integer(1, 2 ** 31 - 1),
  ),
  maxLaneMemory: value(
    LANES,
    'Limits',
    '--max-lane-memory <MB>',
    'memory a lane may take; more is refused (default: 2048)',
    2048,
    integer(LEAST_LANE_MEMORY, 1 << 20),
  ),
  host: value(
    SERVE,
    'Server',
    '--host <address>',
    'where to listen; anything but this machine itself needs --token (default: 127.0.0.1)',
    '127.0.0.1',
    text,
  ),
  port: value(
    SERVE,
    'Server',
    '--port <n>',
    'port to listen on, 0 for any that is free (default: 8080)',
    8080,
    integer(0, 65535),
  ),
  token: optional(
    SERVE,
    'Server',
    '--token <text>',
    'what requests must bring as Authorization: Bearer (better set in the environment)',
    secret,
  ),
  queue: value(
    SERVE,
    'Server',
    '--queue <n>',
    'pictures that may wait for a lane; more are refused with 503 (default: 64)',
    64,
    integer(1, 10_000),
  ),
  requestTimeout: value(
    SERVE,
    'Server',
    '--request-timeout <s>',
    'seconds in which a request must have arrived (default: 60)',
    60,
    number(1, 3600, 'seconds in 1..3600'),
  ),
  config: optional(
    COMMAND_NAMES,
    'Messages',
    '--config <file>',
    'flags as JSON (default: facetag.config.json here)',
    text,
  ),
  quiet: toggle(COMMAND_NAMES, 'Messages', '-q, --quiet', 'only errors on stderr'),
  verbose: toggle(
    COMMAND_NAMES,
    'Messages',
    '-v, --verbose',
    'everything on stderr, every picture too',
    FOUND,
  ),
  progress: toggle(
    [...LANES, 'models pull'],
    'Messages',
    '--no-progress',
    'no progress bar or progress lines',
    FOUND,
  ),
  color: value(
    COMMAND_NAMES,
    'Messages',
    '--color <when>',
    'auto, always or never (default: auto)',
    'auto',
    oneOf(COLOURS),
    FOUND,
  ),
  logFormat: value(
    COMMAND_NAMES,
    'Messages',
    '--log-format <format>',
    'text or json (default: text)',
    'text',
    oneOf(LOG_FORMATS),
    FOUND,
  ),
} satisfies FlagTable;

export const FLAGS: FlagTable = TABLE;

export type FlagName = keyof Flags;

export const FLAG_NAMES = Object.keys(FLAGS) as readonly FlagName[];

/** What a config file that nobody named may set. */
export const FOUND_NAMES = FLAG_NAMES.filter((name) => FLAGS[name].inFoundFile === true);

/** The flags of one command, resolved, as the table says. */
export type FlagsOf<C extends CommandName> = {
  readonly [K in FlagName as C extends (typeof TABLE)[K]['commands'][number] ? K : never]: Flags[K];
};

/** A flag as one command has it. */
export interface CommandFlag {
  readonly name: FlagName;
  readonly row: FlagRow<unknown>;
  /** The row's help for this command. */
  readonly help: string;
}

/** The rows of a command, in the table's order. */
export function flagsOf(command: CommandName): CommandFlag[] {
  return FLAG_NAMES.flatMap((name) => {
    const row: FlagRow<unknown> = FLAGS[name];
    if (!row.commands.includes(command)) return [];
    return [{ name, row, help: typeof row.help === 'string' ? row.help : (row.help[command] ?? '') }];
  });
}

/** `--min-face` of `minFace`. */
export function longName(name: FlagName): string {
  const match = /--[a-z-]+/.exec(FLAGS[name].flags);
  return match?.[0] ?? name;
}

/** The environment form of a flag: `--min-face` is FACETAG_MIN_FACE, `--no-progress` is FACETAG_NO_PROGRESS. */
export function environmentName(name: FlagName): string {
  return 'FACETAG_' + longName(name).slice(2).replaceAll('-', '_').toUpperCase();
}
