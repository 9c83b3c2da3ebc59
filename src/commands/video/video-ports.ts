import type { VideoTool } from '../../ports.js';
import type { TagPorts } from '../tag-ports.js';

/** What `facetag video` needs of the outside world. */
export interface VideoPorts extends Pick<
  TagPorts,
  | 'cwd'
  | 'openStore'
  | 'files'
  | 'outputs'
  | 'kindAt'
  | 'readPathList'
  | 'stdout'
  | 'unmetForWriting'
  | 'writeText'
  | 'mtimeOf'
  | 'createLanes'
  | 'defaultLanes'
  | 'isFastInInt8'
  | 'log'
  | 'progress'
  | 'stop'
  | 'now'
  | 'peakMemory'
> {
  readonly tool: VideoTool;
  /** Whether there is a FIFO at a path. */
  readonly isFifo: (path: string) => boolean;
}
