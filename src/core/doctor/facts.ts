import type { LaneCount, MachineLimits } from '../lane-count.js';

/** What was found on this machine. Collected by ports, judged by `examine`. */
export interface DoctorFacts {
  /** `20.20.2`, without a leading v. */
  readonly node: string;
  /** `linux x64`. */
  readonly platform: string;
  readonly opencv: Probed<OpenCvFacts>;
  readonly onnxruntime: Probed<OnnxRuntimeFacts>;
  readonly pictures: Probed<CodecFacts>;
  readonly ffmpeg: FfmpegFacts;
  readonly packs: readonly PackFacts[];
  readonly machine: MachineLimits;
  /** Whether int8 nets are faster than others; undefined where nobody knows. */
  readonly fastInt8?: boolean;
  /** Lanes of a run that names no number. */
  readonly lanes: LaneCount;
  readonly output: FolderFacts;
  readonly models: FolderFacts;
  /** What is not as it is by default. */
  readonly settings: readonly SettingFacts[];
}

/** A flag that something sets. */
export interface SettingFacts {
  /** `minFace` of `--min-face`. */
  readonly name: string;
  /** As it is given. */
  readonly value: unknown;
  /** The flag, the environment variable, or the path of the config file. */
  readonly from: string;
  /** Why the value is refused. */
  readonly problem?: string;
}

/** What a child process said that tried native code. */
export type Probed<T> =
  | { readonly state: 'works'; readonly value: T }
  /** It gave up with a message that says the remedy. */
  | { readonly state: 'refused'; readonly message: string }
  /** It died or never answered; `message` says how: `was killed by SIGSEGV`. */
  | { readonly state: 'crashed'; readonly message: string };

export interface OpenCvFacts {
  /** `4.6.0`. */
  readonly version: string;
}

/** An engine that is not among facetag's dependencies: without it everything else works. */
export type OnnxRuntimeFacts =
  | { readonly installed: false }
  /** `1.30.0`. */
  | { readonly installed: true; readonly version: string };

/** What `facetag video` reads videos with: without it everything else works. */
export type FfmpegFacts =
  | { readonly installed: false; readonly reason: string }
  /** `5.1.6-0+deb12u1`. */
  | { readonly installed: true; readonly version: string };

export interface CodecFacts {
  /** Of the libraries. */
  readonly version: string;
  readonly formats: readonly { readonly format: string; readonly reads: boolean; readonly writes: boolean }[];
}

export interface PackFacts {
  readonly name: string;
  readonly origin: 'embedded' | 'pulled';
  readonly files: readonly PackFileFacts[];
  /** The files that a run with each detector reads; the pack's default detector first. */
  readonly detectors: readonly { readonly name: string; readonly files: readonly string[] }[];
  /** The command that installs or repairs it. */
  readonly remedy: string;
}

export interface PackFileFacts {
  readonly name: string;
  readonly bytes: number;
  /** What the file must have. */
  readonly sha256: string;
  /** `ok`: the bytes were read and have this hash. */
  readonly state: 'ok' | 'missing' | 'wrong';
  /** Of a wrong file; finishes "it is …". */
  readonly reason?: string;
}

export interface FolderFacts {
  /** Absolute. */
  readonly path: string;
  /** False when it would be made by the run; `problem` then speaks of the nearest folder above that is there. */
  readonly exists: boolean;
  /** Why nothing can be written: `EACCES`, `EROFS`, `not a folder`. */
  readonly problem?: string;
  /** Free for this user, in bytes; absent where the system does not say. */
  readonly freeBytes?: number;
}
