import type { StoreFlags } from '../config.js';
import type { PrecisionPorts } from './warn-precision.js';
import type { LanePoolOptions, StartableLanePool } from '../lanes/pool.js';
import type { Store } from '../packs/store.js';
import type { Stop } from '../batch/stop-switch.js';
import type { PathKind } from '../core/path-kind.js';
import type {
  Archives,
  EventLog,
  FolderWatch,
  ObjectStores,
  OutputFolders,
  PathStream,
  PictureFiles,
  ProgressListener,
  ReportSink,
  UploadFolders,
} from '../ports.js';

export type LaneOptions = Omit<LanePoolOptions, 'script' | 'memoryLimit' | 'env'> & {
  /** Resident memory that a lane may take during a picture, in bytes. */
  readonly memoryLimitBytes: number;
};

/** What pictures that are no files of their own need of the outside world. */
export interface SourcePorts {
  readonly archives: Archives;
  readonly stores: ObjectStores;
  /** Where members and objects are put for lanes to read. */
  readonly privateFolders: UploadFolders;
}

/** What `facetag [tag]` needs of the outside world. */
export interface TagPorts {
  /** Where relative paths start. */
  readonly cwd: string;
  readonly openStore: (flags: StoreFlags) => Promise<Store>;
  readonly files: PictureFiles;
  /** Loaded when there are such pictures. */
  readonly loadSources: () => Promise<SourcePorts>;
  readonly outputs: OutputFolders;
  readonly readPathList: (source: string, separator: '\n' | '\0') => Promise<readonly string[]>;
  /** Paths of a list on standard input. */
  readonly streamPathList: (separator: '\n' | '\0') => PathStream;
  /** @param onUnable hears once why not all folders are watched. */
  readonly watchFolders: (onUnable: (reason: string) => void) => FolderWatch;
  /** What there is at a path, links followed. */
  readonly kindAt: (path: string) => PathKind;
  /** Milliseconds since the epoch of a file's mtime; undefined where there is none. */
  readonly mtimeOf: (file: string) => number | undefined;
  readonly createLanes: (options: LaneOptions) => StartableLanePool;
  readonly isFastInInt8: PrecisionPorts['isFastInInt8'];
  /** Lanes that the machine has room for. */
  readonly defaultLanes: () => number;
  readonly stdout: ReportSink;
  readonly log: EventLog;
  /** Version of facetag. */
  readonly version: string;
  readonly progress: ProgressListener;
  readonly stop: Stop;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Highest resident set of this process, in bytes. */
  readonly peakMemory: () => number;
  /** What `writeText` needs and a file is not; undefined when nothing is known against it. A folder may be made before. */
  readonly unmetForWriting: (file: string, toBeMade: string | undefined) => string | undefined;
  readonly writeText: (file: string, text: string) => Promise<void>;
}
