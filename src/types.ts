/**
 * The vocabulary of the program: what flows between stages.
 * Every coordinate is in pixels with the origin at the top left; every confidence is in 0..1.
 *
 * `image` names the unit of work: its path below the base folder (`image` in every record and event), what takes it
 * through the stages and what comes of it (`processImage`, `ImageReport`, `ImageFailure`). `picture` is the thing itself,
 * its file, its pixels and its record (`PictureFiles`, `DecodedPicture`, `PictureRecord`), and the word in every text for
 * people. `EngineImage` is OpenCV's word for pixels.
 */

import type { Attributes } from './core/attributes.js';
import type { CopyDrawing, CopyKind } from './core/copies.js';
import type { PictureFormat } from './core/picture-format/signatures.js';

/** A picture to process. */
export interface ImageSource {
  /** Absolute path of the base folder that `relativePath` starts from. */
  readonly root: string;
  /** Absolute path of the file. */
  readonly path: string;
  /** Path below `root` with `/` separators; names the picture in every output. */
  readonly relativePath: string;
}

/** Corners of a rectangle in pixels: `x1 <= x < x2`, `y1 <= y < y2`. */
export interface BoundingBox {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** One face as the detector sees it, before attributes. */
export interface Detection {
  readonly box: BoundingBox;
  readonly confidence: number;
}

/** A label with the probability the net gives it. */
export interface Prediction<L extends string> {
  readonly label: L;
  readonly confidence: number;
}

export const GENDERS = ['Male', 'Female'] as const;

export type Gender = (typeof GENDERS)[number];

/** The eight age groups of Adience (Eidinger, Enbar, Hassner 2014), youngest first. */
export const AGE_GROUPS = [
  '(0-2)',
  '(4-6)',
  '(8-12)',
  '(15-20)',
  '(25-32)',
  '(38-43)',
  '(48-53)',
  '(60-100)',
] as const;

export type AgeGroup = (typeof AGE_GROUPS)[number];

/** What a face shows, in the words and the order of face-api's net. */
export const EXPRESSIONS = ['neutral', 'happy', 'sad', 'angry', 'fearful', 'disgusted', 'surprised'] as const;

export type Expression = (typeof EXPRESSIONS)[number];

/** A detection with its attributes. */
export interface Face extends Detection {
  readonly attributes: Attributes;
}

/** 8-bit interleaved RGB, `data.length === width * height * 3`. */
export interface Raster {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** A decoded, upright, downsampled picture. */
export interface DecodedPicture {
  readonly raster: Raster;
  /** Size of the original as seen (EXIF orientation applied), in pixels. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation as stored in the file, 1..8; 1 where there is none. */
  readonly orientation: number;
  /** `raster.width / width`, at most 1. */
  readonly scale: number;
  /** What may be wrong with the pixels, each in one line; absent when nothing is known to be. */
  readonly warnings?: readonly string[];
}

export const FAILURE_CODES = [
  'EMPTY_FILE',
  'NOT_AN_IMAGE',
  'UNSUPPORTED_FORMAT',
  'TRUNCATED',
  'CORRUPT',
  'TOO_LARGE',
  'UNREADABLE',
  'NOT_A_FILE',
  'TIMEOUT',
  'CRASHED',
  'WRITE_FAILED',
  'ARCHIVE_DAMAGED',
] as const;

/** Why one picture failed: a closed set, documented in docs/output.md. */
export type FailureCode = (typeof FAILURE_CODES)[number];

export const STAGES = ['discover', 'decode', 'detect', 'attributes', 'annotate', 'write'] as const;

export type Stage = (typeof STAGES)[number];

/** One picture's failure. It is data: it never stops the run. */
export interface ImageFailure {
  readonly stage: Stage;
  readonly code: FailureCode;
  readonly message: string;
  /** Runs that lost the same bytes to TIMEOUT or CRASHED, from the second on. */
  readonly attempts?: number;
}

/** Identity of the bytes that a record describes. */
export interface SourceIdentity {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** What an object store calls this version of the object; absent for files. */
  readonly etag?: string;
}

/** What, beside the picture, decides a record's content: the key by which a later run skips a picture. */
export interface RunKey {
  readonly pack: string;
  /** `sha256:<hex>` over the hashes of the pack's model files. */
  readonly models: string;
  /** `sha256:<hex>` over the settings that can change a record. */
  readonly settings: string;
  readonly engine: EngineName;
  /** Absent with 32-bit floats, so that records made before there was anything else keep their key. */
  readonly precision?: 'int8';
}

export type EngineName = 'opencv' | 'onnxruntime';

/** What nets calculate in: 32-bit floats, or whole numbers of 8 bits. */
export type Precision = 'fp32' | 'int8';

export type NetFormat = 'onnx' | 'caffe' | 'tensorflow' | 'tfjs';

/** Where a net's files are: absolute paths. */
export interface NetFiles {
  readonly format: NetFormat;
  readonly weights: string;
  /** The text graph that Caffe and TensorFlow nets need. */
  readonly definition?: string;
}

/** What a lane found in one picture. */
export interface ImageReport {
  /** Size of the picture as seen, in pixels; 0 when it could not be read. */
  readonly width: number;
  readonly height: number;
  /** As `DecodedPicture`'s; absent when it failed before its header was read. */
  readonly orientation?: number;
  readonly scale: number;
  readonly faces: readonly Face[];
  /** What a person should know of a picture that did not fail; absent when there is nothing. */
  readonly warnings?: readonly string[];
  /** Absent when the file could not be read. */
  readonly source?: SourceIdentity;
  readonly failure?: ImageFailure;
  /** Copies that could not be made, though the picture itself is well. No part of its record. */
  readonly copyFailures?: readonly CopyFailure[];
  /** How long each stage took; absent where nobody asked. No part of the record. */
  readonly stageMs?: StageTimes;
}

export const TIMED_STAGES = ['read', 'decode', 'detect', 'attributes', 'annotate'] as const;

/** Milliseconds by stage; one that was not reached is absent. */
export type StageTimes = Readonly<Partial<Record<(typeof TIMED_STAGES)[number], number>>>;

/** Why a copy could not be made. */
export interface CopyFailure extends ImageFailure {
  readonly copy: CopyKind;
}

/** A picture at its original size, upright. */
export interface FullPicture {
  readonly raster: Raster;
  /** The format that the bytes are in, whatever the file is called. */
  readonly format: PictureFormat;
}

/** What a lane needs to know once, at its start. Plain data: it crosses a process boundary. */
export interface LaneConfig {
  readonly pack: LanePack;
  readonly engine: EngineName;
  /** Detector threshold, 0..1. */
  readonly minConfidence: number;
  /** Faces with a shorter side below this many original pixels are dropped. */
  readonly minFace: number;
  readonly maxDim: number;
  /** Whether pictures are also looked at in parts, for faces that one look at the whole cannot see. */
  readonly smallFaces: boolean;
  /** Whether pictures are looked at four ways, for those that carry no orientation. */
  readonly turned: boolean;
  /** Whether each face is judged mirrored as well. */
  readonly flip: boolean;
  readonly maxPixels: number;
  /** Whether to look for lost blocks in JPEGs. */
  readonly thorough: boolean;
  /** Bytes of a picture file. */
  readonly maxBytes: number;
  /** Bytes of memory that one picture may take beyond what the lane holds anyway. */
  readonly maxMemory: number;
  /** Where copies go and how they are drawn; absent when none are wanted. */
  readonly copies?: {
    readonly output: OutputRoot;
    readonly drawing: CopyDrawing;
    /** A disk that cannot take a copy costs that copy, not the run. */
    readonly expendable?: true;
  };
  /** Whether reports say how long each stage took. */
  readonly timed?: true;
}

/** As `LaneConfig`, for a lane that makes previews and needs no nets. */
export interface PreviewConfig extends Pick<LaneConfig, 'maxPixels' | 'maxBytes' | 'maxMemory'> {
  /** Where previews go. */
  readonly output: OutputRoot;
}

/** Which folder results go to. */
export interface OutputRoot {
  /** Absolute, links resolved. */
  readonly path: string;
  /** Tells the folder from another that has its path later. */
  readonly identity: string;
}

/** A pack whose files were found and verified: absolute paths and the numbers that go with them. */
export interface LanePack {
  readonly name: string;
  /** `<name of the detector>` as in the manifest. */
  readonly detector: string;
  /** The files of each net, in a format that the engine reads, by the name of its weights in the manifest. */
  readonly nets: Readonly<Record<string, NetFiles>>;
  /** The pack's entry in the manifest (`PackSpec`), validated by the parent, with the flags of the run applied. */
  readonly spec: unknown;
}

/** One picture's work. */
export interface LaneTask {
  readonly source: ImageSource;
  /** The copies to draw; absent when none are wanted. */
  readonly copies?: readonly CopyKind[];
  /** What an earlier record says: draw it again without inference. */
  readonly redraw?: Pick<ImageReport, 'faces' | 'warnings'>;
  /** What a report needs of the picture, in place of everything else. */
  readonly preview?: PreviewTask;
}

/** Paths are below the report's folder; one that is absent is there already, or not wanted. */
export interface PreviewTask {
  /** Of the bytes that were tagged: others are not shown with the faces of these. Lower-case hex. */
  readonly sha256: string;
  readonly thumbnail?: string;
  /** Where to copy the file itself. */
  readonly copy?: string;
}

/** What the pool says of one picture: exactly one of these. */
export type LaneOutcome =
  | { readonly kind: 'report'; readonly report: ImageReport; readonly retried: boolean }
  /** The run was being stopped: the picture has no result and is done again next time. */
  | { readonly kind: 'dropped' };

export interface LaneStats {
  /** Pictures that were given to a second lane. */
  readonly retried: number;
  /** Lanes that were replaced after a death, an overrun or a recycling. */
  readonly replaced: number;
  /** Highest resident set of one lane, in bytes. */
  readonly peakLaneBytes: number;
}

/** What `stat` says of a regular file, as far as skipping goes. */
export interface FileStamp {
  readonly bytes: number;
  /** Milliseconds since the epoch, rounded: what `utimes` can set and any file system keeps. */
  readonly mtimeMs: number;
  /** As `SourceIdentity`'s. */
  readonly etag?: string;
}

export type StopReason = 'SIGINT' | 'SIGTERM' | 'closed pipe';
