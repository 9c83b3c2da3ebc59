/** The ports through which effects happen: implemented in adapters/, named only in composition roots. */

import type { Readable } from 'node:stream';
import type { ArchiveKind } from './core/archives/kind.js';
import type { Estimates } from './core/attributes.js';
import type { RecordForm } from './config.js';
import type { RunEvent } from './core/events.js';
import type { WritableFormat } from './core/picture-format/signatures.js';
import type { Completion } from './core/completion.js';
import type { CopyKind, CopyStyles } from './core/copies.js';
import type { PictureRecord } from './core/report.js';
import type { Roots } from './core/roots.js';
import type { VideoFailure } from './core/video-failures.js';
import type {
  BoundingBox,
  Detection,
  Raster,
  DecodedPicture,
  EngineName,
  NetFiles,
  NetFormat,
  FullPicture,
  LaneTask,
  LaneOutcome,
  LaneStats,
  FileStamp,
  OutputRoot,
  StopReason,
} from './types.js';

export interface DecodeLimits {
  /** Longest side of the raster in pixels; a smaller picture is never enlarged. */
  readonly maxDim: number;
  /** Pictures with more pixels than this are refused from their header (TOO_LARGE). */
  readonly maxPixels: number;
  /** Whether to look for lost blocks in JPEGs, which takes 10 ms a megabyte. */
  readonly thorough: boolean;
  /** Pictures that would take more bytes of memory than this are refused from their header (TOO_LARGE). */
  readonly maxMemory: number;
}

/** Turns the bytes of a picture file into pixels. */
export interface PictureDecoder {
  /** @throws {ImageError} EMPTY_FILE, NOT_AN_IMAGE, UNSUPPORTED_FORMAT, TRUNCATED, CORRUPT or TOO_LARGE. */
  decode(bytes: Buffer, limits: DecodeLimits): Promise<DecodedPicture>;
}

export type CopyLimits = Omit<DecodeLimits, 'maxDim' | 'thorough'>;

/** Pixels at the original size, in and out: what copies need. */
export interface PictureCodec {
  /**
   * @param rasters how many of its size the caller holds at once.
   * @throws {ImageError} as `PictureDecoder.decode`.
   */
  decodeFull(bytes: Buffer, limits: CopyLimits, rasters?: number): Promise<FullPicture>;
  /**
   * Bytes of a picture file: 8-bit sRGB, one frame, no metadata. The same raster always gives the same bytes.
   * @param longerSide in pixels, to which the picture is shrunk or enlarged; 0 or absent leaves it as it is.
   * @throws {ImageError} WRITE_FAILED when the format cannot hold the picture.
   */
  encode(raster: Raster, format: WritableFormat, longerSide?: number): Promise<Buffer>;
}

/** Encodes the small pictures of a report. */
export interface PreviewEncoder {
  /** Bytes of a WebP file. The same raster always gives the same bytes. */
  encodePreview(raster: Raster): Promise<Buffer>;
}

/** Finds faces; boxes are in raster pixels and may leave the raster by up to a fifth of their area. */
export interface FaceDetector {
  detect(raster: Raster): Promise<readonly Detection[]>;
}

/** Estimates what can be said of the faces in `boxes` (raster pixels, clipped to the raster). */
export interface AttributeEstimator {
  /** @returns one entry per box, in order. */
  estimate(raster: Raster, boxes: readonly BoundingBox[]): Promise<readonly Estimates[]>;
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
  /** Left and right exchanged. */
  flip(): EngineImage;
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

/** An inference engine: loads nets. */
export interface Engine {
  readonly name: EngineName;
  /** The net formats that it loads. */
  readonly reads: readonly NetFormat[];
  loadNet(files: NetFiles): Promise<Net>;
}

/** Loads nets that are no files yet. */
export interface ModelLoader {
  /** @param model the bytes of a `.onnx` file. @throws {Error} what the engine says of a net that it cannot run. */
  loadModel(model: Uint8Array): Promise<Net>;
}

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

/** Reads picture files. Special files are never opened. */
export interface PictureFiles {
  /** @throws {ImageError} UNREADABLE or NOT_A_FILE. */
  stamp(path: string): FileStamp;
  /**
   * The whole file. What its first bytes show to be no picture is not read any further.
   * @param maxBytes a larger file is refused before it is read.
   * @throws {ImageError} UNREADABLE, NOT_A_FILE, TOO_LARGE, or what `requireDecodable` says of a large file's head.
   */
  read(path: string, maxBytes: number): Promise<Buffer>;
  /** Lower-case hex of the file's bytes. @throws {ImageError} UNREADABLE. */
  sha256(path: string): Promise<string>;
}

/** A picture on its way through a run, wherever its bytes are. */
export interface OpenPicture {
  /** @throws {ImageError} UNREADABLE or NOT_A_FILE. */
  stamp(): FileStamp;
  /** Lower-case hex of the bytes. @throws as `file`. */
  sha256(): Promise<string>;
  /**
   * Absolute path of a file with the picture, which is there until `release`.
   *
   * @throws {ImageError} {FetchCancelledError} {FatalError} OUTPUT_UNUSABLE.
   */
  file(): Promise<string>;
  release(): Promise<void>;
}

/** Pictures that are no files of their own: members of archives, objects of a store. */
export interface PictureStock {
  /** Undefined for a picture that is a file. */
  open(image: string): OpenPicture | undefined;
  /** Nothing further is fetched. */
  cancel(): void;
}

/** A member of an archive, as the archive has it. */
export interface ArchiveMember {
  readonly name: string;
  readonly kind: 'file' | 'link' | 'special' | 'sparse';
  /** Of its content. */
  readonly bytes: number;
  /** Where it is in the archive. */
  readonly offset: number;
  /** How a zip holds it. */
  readonly packed?: PackedMember;
}

export interface PackedMember {
  readonly bytes: number;
  readonly deflated: boolean;
  readonly crc32: number;
  /** Why its content cannot be read: `it is encrypted`. */
  readonly refusal?: string;
}

export interface OpenArchive {
  /** Of the whole archive, when it was opened. */
  readonly stamp: FileStamp;
  /** Whether members are best read in their order. */
  readonly isSequential: boolean;
  /**
   * Hands on every member that is no folder, in their order, those before a damage included.
   *
   * @param warn hears why members may be missing though nothing is damaged.
   * @throws {ArchiveError} {ImageError} UNREADABLE.
   */
  list(take: (member: ArchiveMember) => void, warn: (message: string) => void): Promise<void>;
  /**
   * Content of a member, never more than its `bytes`.
   *
   * @throws {ArchiveError} {ImageError} UNREADABLE, also when the archive has changed since it was opened, as is seen
   * before and after.
   */
  read(member: ArchiveMember): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Opens archives. Loaded when one is met. */
export interface Archives {
  /** @throws {ImageError} UNREADABLE or NOT_A_FILE. {ArchiveError} for what is no archive. */
  open(file: string, kind: ArchiveKind): Promise<OpenArchive>;
}

/** An object in a store, as a list has it. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** What the store calls this version, without quotes; absent where it calls it nothing. */
  readonly etag?: string;
  /** Milliseconds since the epoch. */
  readonly mtimeMs: number;
}

/** Buckets of one store. What may pass is tried several times before it counts. */
export interface ObjectStore {
  /** Page by page, in no order. @throws {FatalError} STORE_FAILED. */
  list(bucket: string, prefix: string): AsyncIterable<readonly StoredObject[]>;
  /** @throws {FatalError} STORE_FAILED. */
  find(bucket: string, key: string): Promise<StoredObject | undefined>;
  /**
   * Content of an object as it was listed.
   *
   * @throws {ImageError} UNREADABLE. {FetchCancelledError}
   */
  read(bucket: string, object: StoredObject, cancelled: AbortSignal): AsyncIterable<Uint8Array>;
  close(): void;
}

export interface ObjectStores {
  /**
   * @param options `endpointUrl`: undefined leaves it to the environment; `stallMs`: how long to wait while nothing comes.
   * @throws {FatalError} SDK_MISSING.
   */
  open(options: { readonly endpointUrl: string | undefined; readonly stallMs: number }): Promise<ObjectStore>;
}

/** Writes files below the output folder so that each name only ever shows the whole of it. */
export interface FileWriter {
  /**
   * @param path below the output folder, `/` separators.
   * @throws {ImageError} WRITE_FAILED for this path's own fault. @throws {FatalError} OUTPUT_UNUSABLE for the disk's.
   */
  write(path: string, data: Buffer | string): Promise<void>;
}

export interface StoredRecord {
  readonly record: PictureRecord;
  /** Its source's mtime at the time it was made, or as it was noted since; undefined where there was none to look at. */
  readonly mtimeMs: number | undefined;
}

export interface ChangedPicture {
  readonly image: string;
  /** False where the record was removed. */
  readonly isRecorded: boolean;
}

/**
 * The output folder as the record of what was done. Nothing is read, written or removed through a link, and only plain
 * files are replaced or removed; another thing in a file's place is that picture's WRITE_FAILED.
 */
export interface Ledger {
  /** Undefined for a picture without a record, or with one that is damaged or in another version of the format. */
  read(image: string): StoredRecord | undefined;
  /** Whether the picture has a record in another version of the format. */
  hasOtherVersion(image: string): boolean;
  /** @throws {ImageError} WRITE_FAILED. @throws {FatalError} OUTPUT_UNUSABLE or OUTPUT_LOCKED, as all that follow. */
  write(record: PictureRecord, sourceMtimeMs: number | undefined): Promise<void>;
  /** Says which pictures' records are about to be written, sorted: less is then needed to know where they are. */
  expect(images: readonly string[]): void;
  /** Remembers that the picture is unchanged although its mtime is not. */
  restamp(image: string, sourceMtimeMs: number): void;
  /** Removes the record and every copy. @throws {ImageError} WRITE_FAILED. */
  remove(image: string): void;
  /** Of which kinds there may be copies of some picture. */
  copyKinds(): CopyKind[];
  /** The files of a picture's copies of one kind that are there: paths below the output folder, in no order. */
  copiesOf(kind: CopyKind, image: string): string[];
  /**
   * Removes the picture's copies of one kind but those in `kept`. Without any of these it does nothing for a picture
   * without a record: the files may be anybody's. @throws {ImageError} WRITE_FAILED.
   */
  removeCopies(kind: CopyKind, image: string, kept: readonly string[]): void;
  /** The bytes of a copy, if it is there. @throws {FatalError} OUTPUT_UNUSABLE for what is no plain file. */
  readCopy(file: string): AsyncIterable<Uint8Array> | undefined;
  /** @throws {ImageError} WRITE_FAILED. */
  writeCopy(file: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Every picture with a record, sorted by UTF-16 code units. Lets signals be heard meanwhile. */
  images(): Promise<string[]>;
  /** Lines of a records file that show neither a record nor whose it was: those pictures count as not tagged. */
  illegible(): Promise<number>;
  /** Brings the records into their final order where much has changed. Nothing may be written meanwhile. */
  compact(): Promise<void>;
  /** Replaces a file at the top of the output folder with the joined chunks. */
  publish(name: string, chunks: AsyncIterable<string | Uint8Array>): Promise<void>;
  /**
   * To be called before records are read for a table that is to be vouched for: what changes after it is noticed.
   *
   * @param pictures how many records there are, roughly.
   */
  survey(pictures: number): Promise<void>;
  /** Says of a table that was published that it shows all records as they are, made as `key` tells. */
  vouch(name: string, key: string): void;
  /**
   * The pictures whose records may have changed since a table was published that was vouched for with the same key,
   * sorted; undefined where that is not known for certain.
   */
  changedSince(name: string, key: string): Promise<readonly ChangedPicture[] | undefined>;
  /** The bytes of a table that was vouched for. @throws {TableChangedError}, at the end, when they are not those. */
  readTable(name: string): AsyncIterable<Uint8Array>;
  /** Whether a file stands at the top of the output folder. */
  has(name: string): boolean;
  /** @throws {FatalError} OUTPUT_UNUSABLE when the output folder, or one at its top, was removed or replaced meanwhile. */
  assertInPlace(): void;
}

/** Files of results that belong to no picture. Paths are below the output folder, with `/` separators. */
export interface OutputFiles {
  /** A small text file; undefined where there is none that can be read. */
  read(file: string): StoredText | undefined;
  /** Whether there is a plain file by that name. */
  has(file: string): boolean;
  /** What is in a folder, at any depth: paths below it, in no order. @throws {FatalError} OUTPUT_UNUSABLE. */
  below(folder: string): AsyncIterable<string>;
  /** The bytes of a file, if it is there. @throws {FatalError} OUTPUT_UNUSABLE for what is no plain file. */
  pieces(file: string): AsyncIterable<Uint8Array> | undefined;
  /**
   * Writes a file so that its name only ever shows the whole of it.
   *
   * @param mtimeMs becomes the file's mtime.
   * @throws {ImageError} WRITE_FAILED for this path's own fault. @throws {FatalError} OUTPUT_UNUSABLE or OUTPUT_LOCKED.
   */
  write(file: string, content: FileContent, mtimeMs?: number): Promise<void>;
  /** Removes a file, if there is one. @throws as `write`. */
  remove(file: string): void;
  /** Sets a file's mtime, where that is allowed. @throws as `write`. */
  touch(file: string, mtimeMs: number): void;
}

export interface StoredText {
  readonly text: string;
  /** Milliseconds since the epoch, rounded. */
  readonly mtimeMs: number;
}

/**
 * A private folder on the output folder's disk. It is empty at first and gone afterwards, whatever ends the run. Names are
 * plain ones. All methods throw {FatalError} OUTPUT_UNUSABLE: without such a folder no work can go on.
 */
export interface WorkFolder {
  /** Absolute, links resolved: for child processes. */
  readonly path: string;
  write(name: string, data: Uint8Array | string): Promise<void>;
  /** A file to write piece by piece. */
  open(name: string): WorkFile;
  /** Reads a file that need not fit in memory. */
  pieces(name: string): AsyncIterable<Uint8Array>;
  remove(name: string): void;
}

export interface WorkFile {
  /** Texts are gathered: they are on the disk for certain after `close`. */
  write(text: string): void;
  close(): void;
}

/** Where ffmpeg finds a video, and how it may reach it. */
export interface VideoInput {
  /** `file:/clips/a.mp4`, `http://…`. */
  readonly url: string;
  /** It goes on until it ends, and cannot be read a second time. */
  readonly live: boolean;
}

export interface SampleOptions {
  /** Seconds of source time from one frame to the next at least; 0 for every frame. */
  readonly every: number;
  /** Larger frames are refused. */
  readonly maxPixels: number;
  /** A reader that does nothing for so long is ended. */
  readonly stallMs: number;
}

/** A frame as it was shown: turned upright, with square pixels. */
export interface VideoFrame {
  /** Seconds since the start of the video. */
  readonly time: number;
  /** A BMP file of 24 bits a pixel. Overwritten by the next frame. */
  readonly bmp: Buffer;
}

/** How the reading of a video ended. */
export type VideoEnd =
  { readonly kind: 'whole' } | { readonly kind: 'cancelled' } | ({ readonly kind: 'failed' } & VideoFailure);

/** A video that is being read. */
export interface VideoSampling {
  /** In the order of their times. Reading goes on as frames are asked for. */
  readonly frames: AsyncIterable<VideoFrame>;
  /** Seconds, as the container has it; undefined until the first frame, for a stream, and where nobody can know. */
  readonly duration: number | undefined;
  /** Settles when the reader has ended, which it does only when all frames were taken. Never rejects. */
  readonly ended: Promise<VideoEnd>;
  /** Ends it at once. */
  cancel(): void;
}

/** A clip with boxes to encode. */
export interface ClipOptions {
  readonly input: VideoInput;
  /** Where `script` is and `clip` goes: absolute. */
  readonly folder: string;
  /** Name of the ASS file that is drawn into the frames. */
  readonly script: string;
  /** Name of the MP4 file to write. */
  readonly clip: string;
}

/** Reads and writes videos with ffmpeg. */
export interface VideoTool {
  /** @throws {FatalError} FFMPEG_MISSING. */
  sample(input: VideoInput, options: SampleOptions): Promise<VideoSampling>;
  /**
   * Encodes a video anew with what a script draws: H.264 where ffmpeg has it, else MPEG-4, without sound. The same input
   * gives the same bytes.
   *
   * @returns why it could not be done; undefined when it was. @throws {FatalError} FFMPEG_MISSING.
   */
  encode(options: ClipOptions): { readonly done: Promise<string | undefined>; cancel(): void };
}

/** Takes finished records, in order. */
export interface ReportSink {
  /** Whether it is a terminal, which would obey control characters in names. */
  readonly terminal?: boolean;
  /** Resolves when there is room for more. @throws {PipeClosedError} when the reader went away. */
  write(line: string): Promise<void>;
}

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

/** What is counted as done: pictures, or seconds of a video. */
export type ProgressUnit = 'picture' | 'second';

/** Shows how far the run is. */
export interface ProgressListener {
  /** @param total undefined while pictures still arrive, or where nobody knows how long a video is. */
  start(total: number | undefined, unit?: ProgressUnit): void;
  /** Cheap: may be called for every picture. */
  update(state: ProgressState): void;
  /** Takes the bar off the screen. Does nothing the second time. */
  stop(): void;
}

/** A list of paths that is still arriving. */
export interface PathStream {
  /** Each as soon as it is there. @throws {FatalError} USAGE when the list cannot be read. */
  readonly paths: AsyncIterable<string>;
  /** Ends it at once, without an error. */
  cancel(): void;
}

/** Hears of changes in folders. */
export interface FolderWatch {
  /** Watches these folders, not those below them, and no others from now on. One that is new counts as changed. */
  watch(folders: ReadonlySet<string>): void;
  /** Waits for a change since the last wait, for a while at most. */
  change(timeoutMs: number): Promise<void>;
  /** Waits; what changes meanwhile is for the next `change`. */
  pause(ms: number): Promise<void>;
  /** Ends every wait, also those to come. */
  cancel(): void;
  close(): void;
}

/** Tells people, or machines, what happens in a run. */
export interface EventLog {
  /** False where nobody is told of pictures that went well: of a million of them nothing need be put into words. */
  readonly isVerbose?: boolean;
  emit(event: RunEvent): void;
}

/** The folder of a report, held. Only what a report is made of is replaced or removed in it, and no link is followed. */
export interface ReportFolder {
  /** Absolute, as it was named. */
  readonly path: string;
  readonly root: OutputRoot;
  /** Paths below the folder of the plain files in one of its folders. */
  files(folder: string): Promise<string[]>;
  /** @throws {FatalError} OUTPUT_UNUSABLE, as all of these. */
  read(file: string): Buffer;
  write(file: string, text: string): Promise<void>;
  remove(file: string): void;
  /** Removes one of its folders where nothing is in it. */
  removeIfEmpty(folder: string): void;
}

/** Gives access to folders of reports. */
export interface ReportFolders {
  /**
   * Creates the folder, locks it, runs `work`, unlocks it; removes the folder again when `work` left nothing in it.
   *
   * @param options `named`: false for a folder that nobody named, which must not be a link then.
   * @throws {FatalError} USAGE for a folder that holds anything but a report; OUTPUT_LOCKED; OUTPUT_UNUSABLE.
   */
  hold<T>(
    location: string,
    work: (folder: ReportFolder) => Promise<T>,
    options: { readonly named: boolean },
  ): Promise<T>;
}

/** An output folder that is held or visited. */
export interface OutputFolder {
  /** Absolute, as it was named. */
  readonly path: string;
  readonly root: OutputRoot;
  readonly ledger: Ledger;
  /** How it keeps its records; undefined where there are none yet. */
  readonly recordForm: RecordForm | undefined;
  openFiles(): Promise<OutputFiles>;
  /** Lends a folder for what is needed during the work alone. @throws {FatalError} OUTPUT_UNUSABLE or OUTPUT_LOCKED. */
  withWorkFolder<T>(work: (folder: WorkFolder) => Promise<T>): Promise<T>;
  hasRecords(): boolean;
  /** Whether a run is going on there, or was killed and has not been repeated since. */
  isUnfinished(): boolean;
  /** Whether there is nothing in it, or no more than is left of a run that was killed before it began. */
  isBlank(): boolean;
  /**
   * The folders that the output folder has pictures of; undefined before its first run.
   *
   * @throws {FatalError} OUTPUT_UNUSABLE when the file is there but not ours.
   */
  readRoots(): Roots | undefined;
  /** Remembers them relative to the output folder, so that all can be moved together. */
  writeRoots(roots: Roots): Promise<void>;
  /** @throws {FatalError} OUTPUT_UNUSABLE when the file is there but not ours. */
  readCompletion(): Completion;
  /** How the copies in it were drawn. @throws {FatalError} OUTPUT_UNUSABLE when the file is there but not ours. */
  readCopyStyles(): CopyStyles;
  /** Leaves no file for no styles. */
  writeCopyStyles(styles: CopyStyles): Promise<void>;
  /** Leaves no file where there is nothing to say: whole results without shares. */
  writeCompletion(completion: Completion): Promise<void>;
}

export interface OutputOptions {
  /** How records are to be kept: of an output folder that has some it must be the form that they have. */
  readonly records?: RecordForm | undefined;
}

/** Gives access to output folders. A link that leads to one is followed, none in one is. */
export interface OutputFolders {
  /**
   * Creates the folder, locks it, sweeps it, runs `work`, unlocks it; removes the folder again when `work` left nothing
   * in it. When another run takes the folder over because this one showed no sign of life, the next change is refused.
   *
   * @param options `named`: false for a folder that nobody named, which must not be a link then.
   * @throws {FatalError} OUTPUT_LOCKED, naming the holder; OUTPUT_UNUSABLE, also when the folder was removed meanwhile;
   * USAGE for another form of the records than theirs.
   */
  hold<T>(
    output: string,
    work: (folder: OutputFolder) => Promise<T>,
    options?: OutputOptions & { readonly named?: boolean },
  ): Promise<T>;
  /** Runs `work` on a folder that is only read; undefined where there is none. @throws {FatalError} as `hold`. */
  visit<T>(
    output: string,
    work: (folder: OutputFolder | undefined) => Promise<T>,
    options?: OutputOptions,
  ): Promise<T>;
}

/** What a file is to hold: whole, or piece by piece so that it need not fit in memory. */
export type FileContent = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/** Takes the files of an export. Paths are of plain names with `/` between them. */
export interface ExportFolder {
  /**
   * Writes a file so that its name only ever shows the whole of it.
   *
   * @throws {ImageError} WRITE_FAILED for this path's own fault. @throws {FatalError} OUTPUT_UNUSABLE for the disk's.
   */
  write(relative: string, content: FileContent): Promise<void>;
  /** There is to be no such file: one that an earlier export left goes. @throws as `write`. */
  omit(relative: string): void;
}

/** Gives access to folders that exports go to. Nothing in them is reached through a link. */
export interface ExportFolders {
  /**
   * Creates the folder where it is missing, locks it, runs `work`. In the folder of an earlier export of the same kind its
   * files are replaced, and those that are not written again are removed.
   *
   * @param kind of export: `voc`.
   * @throws {FatalError} USAGE for a folder that holds anything else; OUTPUT_LOCKED; OUTPUT_UNUSABLE.
   */
  hold<T>(folder: string, kind: string, work: (folder: ExportFolder) => Promise<T>): Promise<T>;
  /** Lends the folders of pictures, to write beside them. @throws as `hold`. */
  beside<T>(roots: Roots, sidecars: Sidecars, work: (folder: ExportFolder) => Promise<T>): Promise<T>;
}

/** Files that stand beside pictures: each has its picture's name and an ending. */
export interface Sidecars {
  /** `.xmp`. */
  readonly ending: string;
  /** Tells from a file's text whether it may be replaced or removed. */
  readonly isOurs: (text: string) => boolean;
}

/** A file that is read once: it has no name any more and is gone with its stream. */
export interface TakenFile {
  readonly bytes: number;
  /** Its first bytes. */
  readonly head: Buffer;
  readonly content: Readable;
}

/** An upload on its way to a lane. */
export interface UploadFile {
  /** Of plain letters: no other upload has it. Names the picture's copies, too. */
  readonly id: string;
  /** Absolute. */
  readonly path: string;
  /** @throws {UploadRoomError} when there is no room for it. */
  append(chunk: Uint8Array): Promise<void>;
  /** No more will be appended. */
  end(): Promise<void>;
  /** Removes the upload and its copy. */
  discard(): Promise<void>;
}

/** Where uploads are while lanes read them: readable by this user alone, gone with the process. */
export interface UploadFolder {
  readonly root: OutputRoot;
  /** False where it is on a disk. */
  readonly inMemory: boolean;
  readonly freeBytes: number;
  create(): Promise<UploadFile>;
  /** Takes a copy that a lane has drawn. @param file below the folder. */
  take(file: string): Promise<TakenFile>;
}

export interface UploadFolders {
  /** Makes a folder, runs `work`, removes the folder; and first those that processes left which are no more. */
  hold<T>(work: (folder: UploadFolder) => Promise<T>): Promise<T>;
}
