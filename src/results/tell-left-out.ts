import { countOf } from '../core/count-of.js';
import { RECORDS_FILE } from '../core/output-paths.js';
import type { EventLog } from '../ports.js';
import type { LeftOut } from './read-records.js';

/**
 * Names the pictures that are missing, since their record could not be read.
 *
 * @param from what they are missing in, for people: `the tables`.
 */
export function tellLeftOut(
  { damaged, otherVersion, illegible }: LeftOut,
  from: string,
  log: EventLog,
): void {
  for (const image of damaged) {
    log.emit({ event: 'warning', message: `The record of ${image} is damaged and left out: tag it again` });
  }
  if (illegible > 0) {
    const message = `${countOf(illegible, 'damaged line')} in ${RECORDS_FILE} left out of ${from}: tag the pictures again`;
    log.emit({ event: 'warning', message });
  }
  if (otherVersion.size === 0) return;
  const records = countOf(otherVersion.size, 'record');
  const message = `${records} in another version of the format left out of ${from}: tag their pictures again`;
  log.emit({ event: 'warning', message });
}
