/**
 * The vocabulary of the program: what flows between stages, and the ports through which effects happen.
 * Every coordinate is in pixels with the origin at the top left; every confidence is in 0..1.
 */

import type { RunEvent } from './core/events.js';
import type { PictureFormat } from './core/picture-format/signatures.js';
import type { PictureRecord } from './core/report.js';

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

export type Gender = 'Male' | 'Female';

export type AgeGroup =
  '(0-2)' | '(4-6)' | '(8-12)' | '(15-20)' | '(25-32)' | '(38-43)' | '(48-53)' | '(60-100)';

/** What the attribute nets say of one face. A field that a pack cannot give is absent. */
export interface Attributes {
  readonly gender: Prediction<Gender>;
  readonly age: AgeGroup;
  /** Probability of `age`; only from nets that classify. */
  readonly ageConfidence?: number;
  /** Years; only from nets that regress. */
  readonly ageYears?: number;
  /** Probabilities of the eight groups in order; only from nets that classify. */
  readonly ageDistribution?: readonly number[];
}

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
  /** `raster.width / width`, at most 1. */
  readonly scale: number;
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
] as const;

/** Why one picture failed: a closed set, documented in the README. */
export type FailureCode = (typeof FAILURE_CODES)[number];

export const STAGES = ['discover', 'decode', 'detect', 'attributes', 'annotate', 'write'] as const;

export type Stage = (typeof STAGES)[number];

/** One picture's failure. It is data: it never stops the run. */
export interface ImageFailure {
  readonly stage: Stage;
  readonly code: FailureCode;
  readonly message: string;
}

/** Identity of the bytes that a record describes. */
export interface SourceIdentity {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** What, beside the picture, decides a record's content: the key by which a later run skips a picture. */
export interface RunKey {
  readonly pack: string;
  /** `sha256:<hex>` over the hashes of the pack's model files. */
  readonly models: string;
  /** `sha256:<hex>` over the settings that can change a record. */
  readonly settings: string;
  readonly engine: EngineName;
}

export type EngineName = 'opencv' | 'onnxruntime';

/** What a lane found in one picture. */
export interface ImageReport {
  /** Size of the picture as seen, in pixels; 0 when it could not be read. */
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly faces: readonly Face[];
  /** Absent when the file could not be read. */
  readonly source?: SourceIdentity;
  readonly failure?: ImageFailure;
}

/* ---- ports: implemented in adapters/, named only in composition roots ---- */

export interface DecodeLimits {
  /** Longest side of the raster in pixels; a smaller picture is never enlarged. */
  readonly maxDim: number;
  /** Pictures with more pixels than this are refused from their header (TOO_LARGE). */
  readonly maxPixels: number;
}

/** Turns the bytes of a picture file into pixels. */
export interface PictureDecoder {
  /** @throws {ImageError} EMPTY_FILE, NOT_AN_IMAGE, UNSUPPORTED_FORMAT, TRUNCATED, CORRUPT or TOO_LARGE. */
  decode(bytes: Buffer, limits: DecodeLimits): Promise<DecodedPicture>;
}

/** A picture at its original size, upright. */
export interface FullPicture {
  readonly raster: Raster;
  /** The format that the bytes are in, whatever the file is called. */
  readonly format: PictureFormat;
}

/** Pixels at the original size, in and out: what annotated copies need. */
export interface PictureCodec {
  /** @throws {ImageError} as `PictureDecoder.decode`. */
  decodeFull(bytes: Buffer, limits: Pick<DecodeLimits, 'maxPixels'>): Promise<FullPicture>;
  /**
   * Bytes of a picture file: 8-bit sRGB, one frame, no metadata. The same raster always gives the same bytes.
   * @throws {ImageError} WRITE_FAILED when the format cannot hold the picture.
   */
  encode(raster: Raster, format: PictureFormat): Promise<Buffer>;
}

/** Finds faces; boxes are in raster pixels and may leave the raster by up to a fifth of their area. */
export interface FaceDetector {
  detect(raster: Raster): Promise<readonly Detection[]>;
}

/** Estimates gender and age of the faces in `boxes` (raster pixels, clipped to the raster); same order. */
export interface AttributeEstimator {
  estimate(raster: Raster, boxes: readonly BoundingBox[]): Promise<readonly Attributes[]>;
}

/** How pixels are resampled. `area` is for shrinking, the others for either direction. */
export type Interpolation = 'nearest' | 'linear' | 'cubic' | 'area';

/** A picture in the engine's own memory. Every method returns a new picture that the caller releases. */
export interface EngineImage {
  readonly width: number;
  readonly height: number;
  resize(width: number, height: number, interpolation: Interpolation): EngineImage;
  /** @param box whole pixels inside the picture. */
  crop(box: BoundingBox): EngineImage;
  /** Grows the picture by whole pixels; `constant` is black, `replicate` repeats the edge pixels. */
  pad(sides: Sides, border: 'constant' | 'replicate'): EngineImage;
  release(): void;
}

export interface Sides {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export interface BlobSpec {
  /** Input size of the net in pixels. Images of another size are resized with bilinear interpolation. */
  readonly width: number;
  readonly height: number;
  /** Value = (pixel - mean) * scale. */
  readonly scale: number;
  /** Per channel, in the order of the blob's channels (after `bgr` is applied). */
  readonly mean: readonly [number, number, number];
  /** True for nets that want blue first. */
  readonly bgr: boolean;
}

/** A 4-D float32 tensor in NCHW order, in the engine's own memory. */
export interface Blob {
  readonly shape: readonly [number, number, number, number];
  /** A copy of the values. */
  toFloat32(): Float32Array;
  release(): void;
}

/** Pixel work: OpenCV's. */
export interface Imaging {
  load(raster: Raster): EngineImage;
  /** One blob with a row per image. */
  blob(images: readonly EngineImage[], spec: BlobSpec): Blob;
}

/** 8-bit red, green, blue. */
export type Rgb = readonly [number, number, number];

/** Draws on a copy of a raster, in place. Shapes that leave the picture are clipped. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  fillRectangle(box: BoundingBox, colour: Rgb): void;
  /** @param thickness line width in pixels, at least 1; the line is centred on the box's edges. */
  strokeRectangle(box: BoundingBox, colour: Rgb, thickness: number): void;
  /**
   * Writes ASCII in an anti-aliased stroke font.
   * @param origin left end of the baseline.
   * @param scale 1 is about 22 pixels for a capital letter.
   */
  text(
    line: string,
    origin: { readonly x: number; readonly y: number },
    colour: Rgb,
    scale: number,
    thickness: number,
  ): void;
  textSize(line: string, scale: number, thickness: number): TextSize;
  toRaster(): Raster;
  release(): void;
}

/** In pixels: `height` is above the baseline, `baseline` the part below it. */
export interface TextSize {
  readonly width: number;
  readonly height: number;
  readonly baseline: number;
}

export interface CanvasFactory {
  /** A canvas that holds a copy of `raster`; the caller releases it. */
  open(raster: Raster): Canvas;
}

/** A loaded net. One call at a time. */
export interface Net {
  /** Runs the net; the result has one array per name in `outputs`, each a copy. */
  forward(blob: Blob, outputs: readonly string[]): Promise<readonly Float32Array[]>;
}

/** Where a net's files are. `definition` is the text graph that Caffe and TensorFlow nets need. */
export interface NetFiles {
  readonly format: 'onnx' | 'caffe' | 'tensorflow';
  readonly weights: string;
  readonly definition?: string;
}

/** An inference engine: loads nets. */
export interface Engine {
  readonly name: EngineName;
  loadNet(files: NetFiles): Promise<Net>;
}

/** What a lane needs to know once, at its start. Plain data: it crosses a process boundary. */
export interface LaneConfig {
  readonly pack: LanePack;
  readonly engine: EngineName;
  /** Detector threshold, 0..1. */
  readonly minConfidence: number;
  /** Faces with a shorter side below this many original pixels are dropped. */
  readonly minFace: number;
  /** Share of the box size added on each side before the attribute nets. */
  readonly padding: number;
  readonly maxDim: number;
  readonly maxPixels: number;
}

/** A pack whose files were found and verified: absolute paths and the numbers that go with them. */
export interface LanePack {
  readonly name: string;
  /** `<name of the detector>` as in the manifest. */
  readonly detector: string;
  /** Absolute paths of the model files by the name that the manifest gives them. */
  readonly files: Readonly<Record<string, string>>;
  /** JSON of the pack's entry in the manifest (`PackSpec`), validated again by the lane. */
  readonly spec: unknown;
}

/** One picture's work. */
export interface LaneTask {
  readonly source: ImageSource;
  /** Where to write the annotated copy, absolute; absent when none is wanted. */
  readonly annotatedPath?: string;
  /** Faces of an earlier record: draw them again without inference. */
  readonly redraw?: readonly Face[];
}

/** What the pool says of one picture: exactly one of these. */
export type LaneOutcome =
  | { readonly kind: 'report'; readonly report: ImageReport; readonly retried: boolean }
  /** The run was being stopped: the picture has no result and is done again next time. */
  | { readonly kind: 'dropped' };

/** Runs pictures in child processes. */
export interface LanePool {
  /**
   * Processes one picture in a free lane. A lane's death costs at most this picture: it is tried once more, alone in
   * a fresh lane, then reported CRASHED; one that overruns is TIMEOUT.
   * @throws {FatalError} LANES_FAILING when lanes die before they are ready, MODEL_CORRUPT, ADDON_MISSING, OUTPUT_UNUSABLE.
   */
  process(task: LaneTask): Promise<LaneOutcome>;
  /** From now on a lane's death means `dropped`. Pictures in flight may finish. */
  stopping(): void;
  /** Ends every lane at once; pictures in flight become `dropped`. */
  kill(): Promise<void>;
  /** Ends idle lanes politely and waits until no child is left. */
  close(): Promise<void>;
  readonly stats: LaneStats;
}

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
}

/** Reads picture files. Special files are never opened. */
export interface PictureFiles {
  /** @throws {ImageError} UNREADABLE or NOT_A_FILE. */
  stamp(path: string): FileStamp;
  /** @throws {ImageError} UNREADABLE, NOT_A_FILE, EMPTY_FILE or TOO_LARGE. */
  read(path: string): Promise<Buffer>;
  /** Lower-case hex of the file's bytes. @throws {ImageError} UNREADABLE. */
  sha256(path: string): Promise<string>;
}

/** Writes one file so that its name only ever shows the whole of it. */
export interface FileWriter {
  /** @throws {ImageError} WRITE_FAILED for this path's own fault. @throws {FatalError} OUTPUT_UNUSABLE for the disk's. */
  write(path: string, data: Buffer | string): Promise<void>;
}

export interface StoredRecord {
  readonly record: PictureRecord;
  /** The record file's own mtime: its source's at the time it was made. */
  readonly mtimeMs: number;
}

/** The output folder as the record of what was done. */
export interface Ledger {
  /** Undefined for a picture without a record, or with a damaged one. */
  read(image: string): StoredRecord | undefined;
  /** @throws {ImageError} WRITE_FAILED. @throws {FatalError} OUTPUT_UNUSABLE. */
  write(record: PictureRecord, sourceMtimeMs: number | undefined): Promise<void>;
  /** Remembers that the picture is unchanged although its mtime is not. */
  restamp(image: string, sourceMtimeMs: number): void;
  /** Removes the record and the annotated copy. */
  remove(image: string): void;
  hasAnnotated(image: string): boolean;
  removeAnnotated(image: string): void;
  annotatedPath(image: string): string;
  /** Removes what lanes that were killed left beside the annotated copy. Only once no lane runs. */
  sweepCopy(image: string): void;
  /** Every picture with a record, sorted by UTF-16 code units. */
  images(): string[];
  /** Replaces a file at the top of the output folder with the joined chunks. */
  publish(name: string, chunks: Iterable<string>): Promise<void>;
  /** Whether a file stands at the top of the output folder. */
  has(name: string): boolean;
}

/** Takes finished records, in order. */
export interface ReportSink {
  /** Resolves when there is room for more. @throws {PipeClosedError} when the reader went away. */
  write(line: string): Promise<void>;
}

export type StopReason = 'SIGINT' | 'SIGTERM' | 'closed pipe';

/** Asks a run to end early. */
export interface StopSwitch {
  /** Set by the first request; later ones do not change it. */
  readonly requested: StopReason | undefined;
  request(reason: StopReason): void;
}

/** Counts of a run under way; `done` counts every finished picture, skipped and failed ones included. */
export interface ProgressState {
  readonly done: number;
  readonly skipped: number;
  readonly faces: number;
  readonly failed: number;
  readonly retried: number;
}

/** Shows how far the run is. */
export interface ProgressListener {
  start(total: number): void;
  /** Cheap: may be called for every picture. */
  update(state: ProgressState): void;
  /** Takes the bar off the screen. Does nothing the second time. */
  stop(): void;
}

/** Tells people, or machines, what happens in a run. */
export interface EventLog {
  emit(event: RunEvent): void;
}

/** What the output folder remembers of the runs that wrote it: `<output>/facetag.json`. */
export interface OutputMemory {
  readonly schemaVersion: 1;
  /** The base folder, relative to the output folder. */
  readonly base: string;
}

/** Port: the output folder as a whole. */
export interface OutputFolders {
  /**
   * Creates the folder, locks it, runs `work`, unlocks it; removes the folder again when `work` left nothing in it.
   *
   * @throws {FatalError} OUTPUT_LOCKED, naming the holder; OUTPUT_UNUSABLE.
   */
  hold<T>(output: string, work: () => Promise<T>): Promise<T>;
  hasRecords(output: string): boolean;
  /** Whether a run is going on there, or was killed and has not been repeated since. */
  isUnfinished(output: string): boolean;
  /** @throws {FatalError} OUTPUT_UNUSABLE when the file is there but not ours. */
  readMemory(output: string): OutputMemory | undefined;
  writeMemory(output: string, memory: OutputMemory): Promise<void>;
}
