import { styleText } from 'node:util';
import { formatEventText } from '../core/event-text.js';
import type { Paint, Role } from '../core/event-text.js';
import { formatEventJson, isShown } from '../core/events.js';
import type { Level, RunEvent } from '../core/events.js';
import type { EventLog } from '../ports.js';

/** Where text for people goes: `process.stderr`. */
export interface TextStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface LogOptions {
  readonly stream: TextStream;
  readonly format: 'text' | 'json';
  /** Events less important than this are not shown. */
  readonly level: Level;
  readonly colour: boolean;
  readonly now: () => Date;
}

const STYLES = { error: 'red', warning: 'yellow', dim: 'dim' } as const satisfies Record<Role, string>;

/** Back to the first column and everything to the right wiped: a line on a terminal takes the place of the bar. */
const OVER_THE_BAR = '\r\u001b[K';

/** What there may be a million of. */
const OF_PICTURES: readonly RunEvent['event'][] = ['picture-done', 'picture-failed'];

/**
 * Writes events at once, a line each; where nobody watches, those of pictures that come together in one piece. A reader
 * of stderr that went away does not end the run.
 */
export function createEventLog({ stream, format, level, colour, now }: LogOptions): EventLog {
  stream.on('error', () => undefined);
  const paint: Paint = colour ? inColour : (_, text) => text;
  const start = format === 'text' && stream.isTTY ? OVER_THE_BAR : '';
  let gathered = '';
  const flush = (): void => {
    const text = gathered;
    gathered = '';
    if (text !== '') stream.write(text);
  };
  return {
    isVerbose: level === 'debug',
    emit(event) {
      if (!isShown(event, level)) return;
      const isHeld = stream.isTTY !== true && OF_PICTURES.includes(event.event);
      if (isHeld && gathered === '') setImmediate(flush);
      gathered +=
        format === 'json'
          ? formatEventJson(event, now())
          : formatEventText(event, paint)
              .map((line) => `${start}${line}\n`)
              .join('');
      if (!isHeld) flush();
    },
  };
}

/** The stream was looked at already: Node must not decide again. */
function inColour(role: Role, text: string): string {
  return styleText(STYLES[role], text, { validateStream: false });
}
