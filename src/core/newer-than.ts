import { usageError } from '../errors.js';

const MILLISECONDS = { s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3, w: 604_800e3 };
const DURATION = /^(\d+(?:\.\d+)?)([smhdw])$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * The moment that `--newer-than` names, in milliseconds since 1970. Only pictures modified after it are taken.
 * A duration (`90s`, `30m`, `24h`, `7d`, `2w`) counts back from now; a date (`2024-05-01`, `2024-05-01T18:30`, with or
 * without `Z` or an offset) is local time unless it says otherwise; anything else is a file whose modification time
 * counts (`./7d` is a file where `7d` is a duration).
 * @param mtimeOf modification time of a file in milliseconds, undefined when there is none.
 * @throws {FatalError} USAGE when it is none of these.
 */
export function parseNewerThan(
  value: string,
  nowMs: number,
  mtimeOf: (file: string) => number | undefined,
): number {
  const moment = durationAgo(value, nowMs) ?? dateOf(value) ?? (value === '' ? undefined : mtimeOf(value));
  if (moment === undefined) {
    throw usageError('a duration (24h, 7d), a date (2024-05-01) or an existing file', '--newer-than', value);
  }
  return moment;
}

/** Whether a value is a duration or a date; otherwise it is taken for a file. */
export function isMoment(value: string): boolean {
  return DURATION.test(value) || dateOf(value) !== undefined;
}

function durationAgo(value: string, nowMs: number): number | undefined {
  const [, amount, unit] = DURATION.exec(value) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return nowMs - Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS];
}

function dateOf(value: string): number | undefined {
  const [, year, month, day] = DATE.exec(value) ?? [];
  if (year === undefined || !isCalendarDay(Number(year), Number(month), Number(day))) return undefined;
  // JavaScript reads a bare date as UTC but a date with a time as local: a user means local in both.
  const moment = Date.parse(value.length === 10 ? `${value}T00:00` : value);
  return Number.isNaN(moment) ? undefined : moment;
}

/** Date.parse turns 30 February into 1 March. */
function isCalendarDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
