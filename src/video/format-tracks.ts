import type { TrackRecord } from './track-tally.js';
import { seconds } from './seconds.js';

/** One track as a line of JSON, without its end. */
export function formatTrack({ track, first, last, said, ...counts }: TrackRecord): string {
  const rest = JSON.stringify({ ...counts, ...said });
  return `{"track":${track},"first":${seconds(first)},"last":${seconds(last)},${rest.slice(1)}`;
}

/** Text of `video/<path>.tracks.json`: one track a line. */
export function* formatTracks(video: string, lines: readonly string[]): Generator<string> {
  yield `{"schemaVersion":1,"video":${JSON.stringify(video)},"tracks":[`;
  for (const [index, line] of lines.entries()) yield `${index === 0 ? '' : ','}\n${line}`;
  yield lines.length === 0 ? ']}\n' : '\n]}\n';
}
