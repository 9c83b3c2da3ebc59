import type { LaneEvent } from '../lanes/lane-event.js';
import { describeExit } from '../lanes/exit.js';
import type { EventLog } from '../ports.js';

/** Logs what a person wants to know of lanes: each that was replaced, and why. */
export function logLaneEvent(event: LaneEvent, log: EventLog): void {
  switch (event.type) {
    case 'died': {
      const { image, exit, retry } = event;
      const named = image !== undefined && { image, retry };
      log.emit({ event: 'lane-replaced', reason: 'died', message: describeExit(exit), ...named });
      return;
    }
    case 'overrun':
      log.emit({ event: 'lane-replaced', reason: 'overrun', image: event.image });
      return;
    case 'outgrown':
      log.emit({ event: 'lane-replaced', reason: 'outgrown', image: event.image, retry: event.retry });
      return;
    case 'recycled':
      log.emit({ event: 'lane-replaced', reason: event.reason });
      return;
    case 'ready':
    case 'fatal':
  }
}
