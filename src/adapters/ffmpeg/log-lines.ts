import type { VideoFailure } from '../../core/video-failures.js';
import { TICKS } from './arguments.js';

/** `[h264 @ 0x55d5] [error] Invalid NAL unit size`: the part that speaks, its level, what it says. */
const LINE = /^(?:\[([^\]]*?) @ 0x[\da-f]+\] )*\[(?:error|fatal|panic)\] (.*)$/;

/** `frame:1    pts:1000000000 pts_time:1`, as the filter `metadata` prints it. */
const FRAME = /^frame:\d+ +pts:(-?\d+|NOPTS)/;

/** Different complaints that are kept: a damaged file may have one for each frame. */
const MOST_COMPLAINTS = 1000;

/** How many of them are told, and how much of each. */
const TOLD = 3;
const TOLD_CHARACTERS = 200;

/** The errors among ffmpeg's messages. */
export class Complaints {
  readonly #url: string;
  readonly #complaints = new Set<string>();
  #rest = '';

  /** @param url of the video: records do not depend on where it was, and no line of its name is taken for a message. */
  constructor(url: string) {
    this.#url = asLogged(url);
  }

  /** @param text the next piece of the log, wherever it was cut. */
  read(text: string): void {
    const all = (this.#rest + text).replaceAll(this.#url, 'the video');
    // The start of the name may be there without its end.
    const whole = all.lastIndexOf('\n', all.length - this.#url.length) + 1;
    this.#rest = all.slice(whole);
    for (const line of all.slice(0, whole).split('\n')) this.#take(line);
  }

  /** Takes what `read` has kept back. */
  end(): void {
    for (const line of this.#rest.split('\n')) this.#take(line);
    this.#rest = '';
  }

  /** In an order that does not depend on which of its threads ffmpeg has heard first. */
  get all(): readonly string[] {
    return [...this.#complaints].sort();
  }

  #take(line: string): void {
    const [, speaker, text] = LINE.exec(line) ?? [];
    if (text === undefined || this.#complaints.size >= MOST_COMPLAINTS) return;
    const said = text.trim().slice(0, TOLD_CHARACTERS);
    this.#complaints.add(speaker === undefined ? said : `${speaker}: ${said}`);
  }
}

/** A name as ffmpeg's log has it: most control characters become question marks, line breaks stay. */
function asLogged(name: string): string {
  return name.replace(/\p{Cc}/gu, (character) =>
    character < '\b' || (character > '\r' && character < ' ') ? '?' : character,
  );
}

/**
 * The time of a frame, from a line of the filter that prints them.
 *
 * @param before seconds: a frame without a time of its own has that of the one before it.
 * @returns seconds; undefined for another line.
 */
export function timeOf(line: string, before: number): number | undefined {
  const [, pts] = FRAME.exec(line) ?? [];
  if (pts === undefined) return undefined;
  return pts === 'NOPTS' ? before : Math.max(0, Number(pts) / TICKS);
}

/** The first few of many complaints. */
export function tellComplaints(complaints: readonly string[]): string {
  return complaints.slice(0, TOLD).join('; ');
}

const UNREADABLE =
  /Permission denied|No such file|HTTP error|Server returned|Connection|Network|resolve|timed out/i;

/** What a reader's complaints mean when it ended without a single frame. */
export function failureWithoutFrames(complaints: readonly string[]): VideoFailure {
  const all = complaints.join('\n');
  const told = complaints.length === 0 ? '' : `: ${tellComplaints(complaints)}`;
  if (all.includes('matches no streams'))
    return { code: 'NO_VIDEO_STREAM', message: 'There are no moving pictures in it' };
  if (all.includes('max pixel count'))
    return { code: 'TOO_LARGE', message: 'Its frames have more pixels than --max-pixels allows' };
  const [, format] = /^(\S+): Format not on whitelist/m.exec(all) ?? [];
  if (format !== undefined)
    return { code: 'NOT_A_VIDEO', message: `It is in the format ${format}, which is not read` };
  if (UNREADABLE.test(all)) return { code: 'UNREADABLE', message: `Cannot be read${told}` };
  return { code: 'NOT_A_VIDEO', message: `No video that ffmpeg can read${told}` };
}
