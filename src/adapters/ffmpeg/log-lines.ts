import type { VideoFailure } from '../../core/video-failures.js';
import { CLOCK } from './arguments.js';

/** `[h264 @ 0x55d5] [error] Invalid NAL unit size`: the part that speaks, its level, what it says. */
const LINE = /^(?:\[([^\]]*?) @ 0x[\da-f]+\] )*\[(info|warning|error|fatal|panic)\] (.*)$/;

const FRAME = /^n: *\d+ pts: *(-?\d+|NOPTS) /;
const TIME_BASE = /^config in time_base: (\d+)\/(\d+)/;
const DURATION = /^ {2}Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)/;

/** Different complaints that are kept: a damaged file may have one for each frame. */
const MOST_COMPLAINTS = 1000;

/** How many of them are told, and how much of each. */
const TOLD = 3;
const TOLD_CHARACTERS = 200;

/** What ffmpeg's messages say of the video that it samples. */
export class SampleLog {
  /** Seconds, as the container has it. */
  duration: number | undefined;
  #timeBase = Number.NaN;
  #time = 0;
  readonly #complaints = new Set<string>();

  /**
   * @param url of the video: messages are told without it.
   * @param onFrame hears the time of each frame, in seconds.
   */
  constructor(
    private readonly url: string,
    private readonly onFrame: (time: number) => void,
  ) {}

  read(line: string): void {
    const [, speaker, level, text = ''] = LINE.exec(line) ?? [];
    if (level === undefined) return;
    if (speaker === CLOCK && level === 'info') this.#readClock(text);
    else if (speaker === undefined && level === 'info') this.#readDuration(text);
    else if (level === 'error' || level === 'fatal' || level === 'panic') this.#complain(speaker, text);
  }

  /** In an order that does not depend on which of its threads ffmpeg has heard first. */
  get complaints(): readonly string[] {
    return [...this.#complaints].sort();
  }

  /** The integer, since the seconds beside it are rounded to six digits. */
  #readClock(text: string): void {
    const [, numerator, denominator] = TIME_BASE.exec(text) ?? [];
    if (numerator !== undefined) this.#timeBase = Number(numerator) / Number(denominator);
    const [, pts] = FRAME.exec(text) ?? [];
    if (pts === undefined) return;
    const time = Number(pts) * this.#timeBase;
    // A frame without a time of its own has that of the one before it.
    if (Number.isFinite(time)) this.#time = Math.max(0, time);
    this.onFrame(this.#time);
  }

  #readDuration(text: string): void {
    const [, hours, minutes, seconds] = DURATION.exec(text) ?? [];
    if (hours === undefined || this.duration !== undefined) return;
    this.duration = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  }

  #complain(speaker: string | undefined, text: string): void {
    if (this.#complaints.size >= MOST_COMPLAINTS) return;
    const said = withoutPlace(text, this.url).trim().slice(0, TOLD_CHARACTERS);
    this.#complaints.add(speaker === undefined ? said : `${speaker}: ${said}`);
  }
}

/** Records do not depend on where a video was. A name with a line break in it is there as far as its first line. */
function withoutPlace(text: string, url: string): string {
  const [start = url] = url.split(/[\n\r]/);
  return text.replaceAll(url, 'the video').replaceAll(start, 'the video');
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
