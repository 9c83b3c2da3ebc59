import type { Stopped } from '../../core/completion.js';
import { FatalError, InterruptedError } from '../../errors.js';
import type { OutputFolder } from '../../ports.js';
import { pathsFrom, type Joined } from './inspect.js';

/** What is noted of a merge that has begun: until its end nobody takes its output folder for everything. */
export interface MergeNote {
  finish(): Promise<void>;
  /** Something has ended it. Never rejects: the disk itself may be the reason. @param done pictures that are merged. */
  fail(error: unknown, done: number): Promise<void>;
}

/** Notes in the output folder that a merge has begun there, as a run over all of its pictures would. */
export async function noteMergeBegin(
  target: OutputFolder,
  { roots, images, unfinished }: Pick<Joined, 'roots' | 'images' | 'unfinished'>,
): Promise<MergeNote> {
  const begun = { paths: pathsFrom(target.path, roots), filters: [] };
  const note = async (stopped?: Stopped): Promise<void> =>
    target.writeCompletion({
      shares: [],
      unfinished: [...unfinished, { ...begun, ...(stopped && { stopped }) }],
    });
  await note();
  return {
    finish: async () => target.writeCompletion({ shares: [], unfinished }),
    fail: async (error, done) => {
      await note({ by: causeOf(error), pictures: images.length, done }).catch(() => undefined);
    },
  };
}

function causeOf(error: unknown): Stopped['by'] {
  if (error instanceof InterruptedError) return error.signal;
  return error instanceof FatalError ? error.code : 'INTERNAL';
}
