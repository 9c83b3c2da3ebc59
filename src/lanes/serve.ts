import { FatalError } from '../errors.js';
import type { ImageReport, LaneTask } from '../types.js';
import { createCollector } from './tuning.js';
import type { AnyLaneConfig, FromLane, LaneMemory, ToLane } from './messages.js';

/** What a lane is made of. */
export interface LaneWork<C extends AnyLaneConfig> {
  /** Called once: loads what is needed and returns what processes a picture. A `FatalError` ends the run. */
  build(config: C): Promise<ProcessImage>;
  memory(): LaneMemory;
}

/** A picture's failure is data. A `FatalError` ends the run, anything else thrown ends the lane. */
export type ProcessImage = (task: LaneTask) => Promise<ImageReport>;

/** A lane whose parent is gone, or that was let go, waits so long for the picture that it is working on. */
const LAST_PICTURE_MS = 10_000;

/**
 * The child's side of the conversation. `self` is the child's own `process`.
 *
 * SIGINT goes to every process of a terminal, and SIGHUP too when the terminal closes (Node undoes the ignoring that
 * `nohup` set up): what to do about them is the parent's decision. Whatever ends the parent closes the channel, and
 * with it the lane.
 */
export function serveLane<C extends AnyLaneConfig>(self: NodeJS.Process, work: LaneWork<C>): void {
  self.title = 'facetag-lane';
  for (const signal of ['SIGINT', 'SIGHUP'] as const) self.on(signal, () => undefined);

  let processImage: ProcessImage | undefined;
  const collect = createCollector();
  let current: Promise<void> = Promise.resolve();

  const send = (message: FromLane): void => {
    // The callback keeps a failure from being thrown: 'disconnect' follows it.
    self.send?.(message, undefined, undefined, () => undefined);
  };
  const answer = async (message: ToLane): Promise<void> => {
    try {
      if (message.type === 'configure') {
        processImage = await work.build(message.config as C);
        send({ type: 'ready', memory: work.memory() });
      } else if (processImage) {
        send({ type: 'taken' });
        const report = await processImage(message.task);
        send({ type: 'report', report, memory: work.memory() });
        setImmediate(collect);
      }
    } catch (error) {
      if (!(error instanceof FatalError)) throw error;
      send({ type: 'fatal', code: error.code, message: error.message, mayPass: error.mayPass });
    }
  };

  self.on('message', (message) => {
    current = answer(message as ToLane);
  });
  self.on('disconnect', () => {
    setTimeout(() => self.exit(1), LAST_PICTURE_MS);
    void current.finally(() => self.exit(0));
  });
}
