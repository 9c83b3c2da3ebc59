import type { CsvNames } from '../config.js';
import type { VideoOutput } from '../core/video-paths.js';
import type { WorkFile, WorkFolder } from '../ports.js';
import { scriptEvents, scriptHead, type FrameSize } from './annotation-script.js';
import {
  formatCue,
  formatFrameLine,
  formatFrameRows,
  formatMot,
  FRAMES_CSV_HEADER,
  VTT_HEADER,
  type FrameRecord,
} from './format-frame.js';
import { formatTracks } from './format-tracks.js';

/** Names in the work folder. */
export const SCRIPT = 'boxes.ass';
export const CLIP = 'clip.mp4';

/** A cue, or what is drawn, lasts this long at least: players drop empty ones. */
const LEAST_SECONDS = 0.001;

/** Writes what is found in a video into the work folder, frame by frame, so that memory does not grow with its length. */
export class FrameOutputs {
  readonly #files = new Map<VideoOutput | 'script', WorkFile>();
  /** The frame whose faces are still to be seen: until when, the next one tells. */
  #shown: FrameRecord | undefined;
  #size: FrameSize = { width: 0, height: 0 };

  constructor(
    private readonly video: string,
    private readonly names: CsvNames,
    private readonly draws: boolean,
    private readonly work: WorkFolder,
  ) {
    this.#write('table', FRAMES_CSV_HEADER);
    this.#write('cues', VTT_HEADER);
    this.#write('frames', '');
    this.#write('mot', '');
  }

  /** Before the first frame. */
  begin(size: FrameSize): void {
    this.#size = size;
    if (this.draws) this.#write('script', scriptHead(size));
  }

  add(record: FrameRecord): void {
    this.#write('frames', formatFrameLine(record));
    this.#write('table', formatFrameRows(this.video, record, this.names));
    this.#write('mot', formatMot(record));
    // A frame that was not analysed shows the same faces as the one before it.
    if (!record.analysed && this.#shown !== undefined) return;
    this.#show(record.time);
    this.#shown = record;
  }

  /** @param until seconds: the end of what is shown last. @param tracks their lines. */
  end(until: number, tracks: readonly string[]): void {
    this.#show(until);
    for (const part of formatTracks(this.video, tracks)) this.#write('tracks', part);
    this.close();
  }

  /** Closes the files. Does nothing the second time. */
  close(): void {
    const files = [...this.#files.values()];
    this.#files.clear();
    for (const file of files) file.close();
  }

  #show(until: number): void {
    const shown = this.#shown;
    if (shown === undefined || shown.faces.length === 0) return;
    const end = Math.max(until, shown.time + LEAST_SECONDS);
    this.#write('cues', formatCue(shown, end));
    if (this.draws) this.#write('script', scriptEvents(shown, end, this.#size));
  }

  #write(kind: VideoOutput | 'script', text: string): void {
    let file = this.#files.get(kind);
    if (file === undefined) {
      file = this.work.open(kind === 'script' ? SCRIPT : kind);
      this.#files.set(kind, file);
    }
    file.write(text);
  }
}
