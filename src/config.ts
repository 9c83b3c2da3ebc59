import type { EngineName, Precision } from './types.js';

/** The output folder when nothing was said. */
export const DEFAULT_OUTPUT = 'facetag-out';

export const OUTPUT_FORMATS = ['csv', 'jsonl', 'none'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** How an output folder keeps its records: a JSON file for each picture, or a line for each in one file. */
export const RECORD_FORMS = ['tree', 'jsonl'] as const;
export type RecordForm = (typeof RECORD_FORMS)[number];

/**
 * `safe`: a name that a spreadsheet would take for a formula is written as `./name`, which is still a path to its picture.
 */
export const CSV_NAMES = ['safe', 'exact'] as const;
export type CsvNames = (typeof CSV_NAMES)[number];

/** What `facetag export` writes; `exports/registry.ts` says more of each. */
export const EXPORT_KINDS = ['coco', 'label-studio', 'cvat', 'voc', 'yolo', 'xmp', 'parquet'] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

/** `face`: one class; `gender-age`: a class for each gender and age group. */
export const YOLO_CLASSES = ['face', 'gender-age'] as const;
export type YoloClasses = (typeof YOLO_CLASSES)[number];

/** What can be told of a face. */
export const ATTRIBUTE_CHOICES = ['gender', 'age', 'expression'] as const;
export type AttributeChoice = (typeof ATTRIBUTE_CHOICES)[number];

/** What every record tells of a face, and all that is told unless more is asked for. */
export const USUAL_ATTRIBUTES: readonly AttributeChoice[] = ['gender', 'age'];

/** How `facetag merge --missing` writes a list of shares; `core/repair.ts` says more of each. */
export const MISSING_FORMS = ['slurm', 'slurm0', 'kubernetes', 'list'] as const;
export type MissingForm = (typeof MISSING_FORMS)[number];

export const ENGINES: readonly EngineName[] = ['opencv', 'onnxruntime'];
export const PRECISIONS: readonly Precision[] = ['fp32', 'int8'];
export const COLOURS = ['auto', 'always', 'never'] as const;
export const LOG_FORMATS = ['text', 'json'] as const;

/** Which face of a picture a label without a box is of. */
export const MATCH_RULES = ['central', 'largest'] as const;
export type MatchRule = (typeof MATCH_RULES)[number];

/** What decides how messages are told, in every command. */
export interface LogFlags {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: (typeof COLOURS)[number];
  readonly logFormat: (typeof LOG_FORMATS)[number];
}

/** Where flags may come from, in every command. */
export interface SourceFlags {
  readonly config: string | undefined;
}

/** Where packs are, in every command that reads them. */
export interface StoreFlags {
  readonly models: string | undefined;
  readonly manifest: string | undefined;
}

/** Every flag of `facetag [tag]`, resolved. Undefined means: nobody said, so the default named in the help applies. */
export interface TagFlags extends LogFlags, SourceFlags, StoreFlags {
  /** Output folder as given; undefined leaves it to `facetag-out`, or to nothing at all with `--jsonl`. */
  readonly output: string | undefined;
  /** What is written beside the per-image JSON. */
  readonly format: readonly OutputFormat[];
  /** How the output folder keeps its records; undefined leaves it to what is there, or to `tree`. */
  readonly records: RecordForm | undefined;
  /** How the CSV writes names that a spreadsheet would take for formulas. */
  readonly csvNames: CsvNames;
  readonly jsonl: boolean;
  readonly annotate: boolean;
  readonly blur: boolean;
  readonly pixelate: boolean;
  /** An expression over one face, as typed. */
  readonly blurWhere: string | undefined;
  readonly crops: boolean;
  /** Share of the box size. */
  readonly cropPadding: number | undefined;
  /** Pixels, longer side; 0 as it is. */
  readonly cropSize: number | undefined;
  /** Write a page that shows the results, at the end. */
  readonly report: boolean;
  readonly pack: string;
  /** Name of a detector of the pack. */
  readonly detector: string | undefined;
  readonly engine: EngineName;
  readonly precision: Precision;
  /** What is told of a face, in the order of `ATTRIBUTE_CHOICES`: gender and age always. */
  readonly attributes: readonly AttributeChoice[];
  /** 0..1. */
  readonly minConfidence: number | undefined;
  /** Pixels of the original, shorter side. */
  readonly minFace: number;
  /** Pixels, longest side. */
  readonly maxDim: number | undefined;
  readonly smallFaces: boolean;
  readonly turned: boolean;
  readonly flip: boolean;
  /** Share of the box size. */
  readonly padding: number | undefined;
  readonly jobs: number | undefined;
  readonly ignore: readonly string[];
  readonly hidden: boolean;
  readonly follow: boolean;
  readonly newerThan: string | undefined;
  readonly filesFrom: string | undefined;
  /** Of an object store; undefined leaves it to the environment. */
  readonly endpointUrl: string | undefined;
  readonly null: boolean;
  readonly base: string | undefined;
  readonly shard: Shard | AutoShard | undefined;
  readonly force: boolean;
  readonly retryFailed: boolean;
  readonly prune: boolean;
  readonly pruneAll: boolean;
  readonly allowEmpty: boolean;
  readonly allowFailed: boolean;
  /** Expressions, as typed. */
  readonly where: string | undefined;
  readonly failIf: string | undefined;
  /** Look for damage that decoders pass over. */
  readonly thorough: boolean;
  /** Seconds a picture. */
  readonly timeout: number;
  /** Pixels a picture. */
  readonly maxPixels: number;
  /** Bytes a picture file. */
  readonly maxBytes: number;
  /** Megabytes of resident memory that a lane may take during a picture. */
  readonly maxLaneMemory: number;
  readonly dryRun: boolean;
  /** Go on with what arrives or changes. */
  readonly watch: boolean;
  /** Seconds. */
  readonly settle: number | undefined;
  readonly rescan: number | undefined;
  readonly summary: string | undefined;
  readonly progress: boolean;
}

/** How an export is made: each flag is of some kinds alone. */
export interface ExportFlags {
  /** Put before each picture's name. */
  readonly imagePrefix: string | undefined;
  readonly yoloClasses: YoloClasses;
  /** Share of the pictures that goes to `val`, 0..1. */
  readonly split: number;
  /** Sidecars go beside the pictures. */
  readonly beside: boolean;
}

/** What decides which nets look at a picture, how, and what is refused. */
export type NetFlags = Pick<
  TagFlags,
  | 'pack'
  | 'attributes'
  | 'detector'
  | 'engine'
  | 'precision'
  | 'minConfidence'
  | 'minFace'
  | 'maxDim'
  | 'smallFaces'
  | 'turned'
  | 'flip'
  | 'padding'
  | 'thorough'
  | 'maxPixels'
  | 'maxBytes'
  | 'maxLaneMemory'
>;

/** Every flag of `facetag video`, resolved. */
export interface VideoFlags
  extends
    LogFlags,
    SourceFlags,
    StoreFlags,
    Omit<NetFlags, 'thorough' | 'maxBytes'>,
    Pick<
      TagFlags,
      | 'output'
      | 'csvNames'
      | 'annotate'
      | 'jobs'
      | 'ignore'
      | 'hidden'
      | 'follow'
      | 'newerThan'
      | 'filesFrom'
      | 'null'
      | 'base'
      | 'force'
      | 'retryFailed'
      | 'prune'
      | 'pruneAll'
      | 'dryRun'
      | 'summary'
      | 'allowEmpty'
      | 'allowFailed'
      | 'timeout'
      | 'progress'
    > {
  /** Seconds of source time from one sampled frame to the next; 0 for every frame. */
  readonly every: number;
  /** 0..1: a frame that differs less from the last analysed one is not analysed. */
  readonly diff: number;
}

/** How uploads are taken over HTTP. */
export interface ServeFlags {
  /** Name or address to listen on. */
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** What a request must bring; undefined asks for nothing. */
  readonly token: string | undefined;
  /** Pictures that may wait for a lane. */
  readonly queue: number;
  /** Seconds in which a request must have arrived. */
  readonly requestTimeout: number;
}

/** Every flag of every command, resolved; the flag table says which command has which. */
export interface Flags extends TagFlags, ExportFlags, VideoFlags, ServeFlags {
  /** What to export to. */
  readonly to: ExportKind | undefined;
  /** Print a listing as JSON. */
  readonly json: boolean;
  /** A report in one file. */
  readonly inline: boolean;
  /** A report with the pictures in it. */
  readonly copyPictures: boolean;
  /** A folder of pictures, or a file with a list of them. */
  readonly calibrate: string | undefined;
  /** Base URL that model files are tried at first. */
  readonly mirror: string | undefined;
  /** A file of labels, or `-`. */
  readonly labels: string | undefined;
  /** Columns of the labels to break down by. */
  readonly by: readonly string[];
  /** Intersection over union. */
  readonly iou: number;
  readonly match: MatchRule;
  /** Faces that a group must have to count in a gap. */
  readonly minGroup: number;
  /** `<figure>=<number>`, as typed. */
  readonly min: readonly string[];
  readonly max: readonly string[];
  /** Print as Markdown. */
  readonly markdown: boolean;
  /** Merge what there is. */
  readonly allowPartial: boolean;
  /** How many shares there must be. */
  readonly of: number | undefined;
  /** Print the shares that are missing, merge nothing. */
  readonly missing: MissingForm | undefined;
}

/** A share of the pictures: `index` counts from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** A share that the scheduler which started this run tells of. */
export interface AutoShard {
  readonly auto: true;
  /** How many shares there are; undefined leaves that to the scheduler too. */
  readonly count: number | undefined;
  /** What the indexes of the array count from, where that is not the scheduler's to say. */
  readonly first: 0 | 1;
}

/** What a run was asked to do, checked and frozen. */
export interface Config extends Omit<TagFlags, 'shard'> {
  /** Files, folders and globs as typed. */
  readonly inputs: readonly string[];
  /** With the variable that said which, if one did. */
  readonly shard: (Shard & { readonly from?: string }) | undefined;
}

/** What `facetag video` was asked to do. */
export interface VideoConfig extends VideoFlags {
  /** Files, folders, globs and URLs as typed. */
  readonly inputs: readonly string[];
}

/** Whether the run writes an output folder: always, except for a bare `--jsonl`. */
export function writesFiles(config: Pick<TagFlags, 'jsonl' | 'output'>): boolean {
  return config.output !== undefined || !config.jsonl;
}
