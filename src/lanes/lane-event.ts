import type { FatalError } from '../errors.js';
import type { LaneExit } from './exit.js';

/** What happens to lanes, for logs. Pictures are named by their relative path. */
export type LaneEvent =
  | { readonly type: 'ready'; readonly pid: number | undefined; readonly rssBytes: number }
  /** A lane's process ended unasked, and not because the run is being stopped. `image` is what it was working on. */
  | {
      readonly type: 'died';
      readonly pid: number | undefined;
      readonly exit: LaneExit;
      readonly image?: string;
      /** True when `image` is tried once more. */
      readonly retry: boolean;
    }
  | { readonly type: 'overrun'; readonly pid: number | undefined; readonly image: string }
  /** A lane took more memory than it may and was killed. */
  | {
      readonly type: 'outgrown';
      readonly pid: number | undefined;
      readonly image: string;
      readonly retry: boolean;
    }
  /** A lane was replaced between two pictures. */
  | {
      readonly type: 'recycled';
      readonly pid: number | undefined;
      readonly reason: 'pictures' | 'memory';
      readonly rssBytes: number;
    }
  /** Lanes cannot work: every picture from now on is rejected with this error. */
  | { readonly type: 'fatal'; readonly error: FatalError };
