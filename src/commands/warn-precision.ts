import { NOT_FASTER } from '../core/int8-speed.js';
import type { EventLog } from '../ports.js';
import type { RunKey } from '../types.js';

export interface PrecisionPorts {
  readonly log: EventLog;
  /** Undefined where nobody knows. */
  readonly isFastInInt8: () => boolean | undefined;
}

/** Says once that int8 nets gain little here. */
export function warnOfPrecision({ precision }: RunKey, { log, isFastInInt8 }: PrecisionPorts): void {
  if (precision === 'int8' && isFastInInt8() === false) {
    log.emit({ event: 'warning', message: `--precision int8: ${NOT_FASTER}` });
  }
}
