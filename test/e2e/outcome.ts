import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { RunEvent } from '../../src/core/events.js';
import type { PictureRecord } from '../../src/core/report.js';

/** An event as `--log-format json` writes it. */
export type LoggedEvent = RunEvent & { readonly time: string; readonly level: string };

/** The lines of `--log-format json`. */
function eventsIn(stderr: string): LoggedEvent[] {
  return stderr
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LoggedEvent);
}

/** The events of one kind. */
export function eventsOf<E extends RunEvent['event']>(event: E, stderr: string) {
  type Wanted = Extract<LoggedEvent, { event: E }>;
  return eventsIn(stderr).filter((each): each is Wanted => each.event === event);
}

/** The records of `faces.jsonl`. */
export function recordsIn(output: string): PictureRecord[] {
  return readFileSync(path.join(output, 'faces.jsonl'), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as PictureRecord);
}

/** What became of each picture: `ok` or the code of its failure. */
export function codesIn(output: string): Record<string, string> {
  return Object.fromEntries(recordsIn(output).map(({ image, error }) => [image, error?.code ?? 'ok']));
}
