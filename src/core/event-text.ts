import { countOf } from './count-of.js';
import { escapeControls } from './escape-controls.js';
import type { RunEvent } from './events.js';
import { formatFaceCounts } from './face-counts.js';
import { formatProgress } from './progress-line.js';
import { engineText } from './run-key.js';
import { formatSummary } from './summary.js';

/** What a part of a line is, for the colour that it gets. */
export type Role = 'error' | 'warning' | 'dim';

/** Marks text for colour; the identity where there is none. */
export type Paint = (role: Role, text: string) => string;

/** The lines that a person reads of an event, without line ends. Names and messages cannot break out of their line. */
export function formatEventText(event: RunEvent, paint: Paint): string[] {
  switch (event.event) {
    case 'run-start': {
      const { pictures, shard, jobs, pack } = event;
      const what = pictures === undefined ? 'pictures as they arrive' : countOf(pictures, 'picture');
      const share = shard === undefined ? '' : ` (share ${shard.index} of ${shard.count})`;
      return [`${what}${share}, ${countOf(jobs, 'lane')}, pack ${pack}, engine ${engineText(event)}`];
    }
    case 'picture-done':
      return [`${escapeControls(event.image)}: ${paint('dim', describeDone(event))}`];
    case 'picture-failed': {
      const { image, code, message, kept } = event;
      return [
        `${paint('error', kept ? 'failed before' : 'failed')} ${escapeControls(image)}: ${code}: ${escapeControls(message)}`,
      ];
    }
    case 'copy-failed': {
      const { image, copy, code, message } = event;
      return [
        `${paint('error', 'no copy')} of ${escapeControls(image)} in ${copy}: ${code}: ${escapeControls(message)}`,
      ];
    }
    case 'screened':
      return [`${paint('error', 'matches --fail-if')} ${escapeControls(event.image)}`];
    case 'gate-missed': {
      const { figure, bound, limit, value } = event;
      const found = value === undefined ? 'there is no such figure of these labels' : `it is ${value}`;
      return [`${paint('error', `misses --${bound}`)} ${figure}=${limit}: ${found}`];
    }
    case 'format-changed': {
      const { pictures } = event;
      const verb = pictures === 1 ? 'is' : 'are';
      return [`${countOf(pictures, 'picture')} ${verb} redone because the record format changed`];
    }
    case 'lane-replaced':
      return [`${paint('warning', 'lane replaced')}: ${describeReplaced(event)}`];
    case 'progress':
      return [formatProgress(event)];
    case 'note':
      return event.message.split('\n').map(escapeControls);
    case 'warning':
      return [`${paint('warning', 'warning')}: ${escapeControls(event.message)}`];
    case 'error':
      return formatFatal(event.message, paint);
    case 'round-end':
      return [formatRound(event)];
    case 'run-end':
      return formatSummary(event.summary);
    case 'merge-end':
      return formatMerge(event);
    case 'export-end':
      return formatExport(event);
    case 'report-end':
      return formatReport(event);
    case 'video-done':
      return [`${escapeControls(event.video)}: ${paint('dim', describeVideo(event))}`];
    case 'video-failed': {
      const { video, partial, code, message, kept } = event;
      const what = `${partial ? 'only in part' : 'failed'}${kept ? ' before' : ''}`;
      return [`${paint('error', what)} ${escapeControls(video)}: ${code}: ${escapeControls(message)}`];
    }
    case 'video-end':
      return formatVideoTotals(event);
    case 'serve-start':
      return [
        `${countOf(event.jobs, 'lane')}, pack ${event.pack}, engine ${engineText(event)}`,
        `Listening on ${event.url}`,
      ];
    case 'request':
      return [`${event.method} ${event.route}: ${event.status} ${paint('dim', `${event.ms} ms`)}`];
    case 'serve-end':
      return [
        `${countOf(event.requests, 'request')}, ${countOf(event.pictures, 'picture')}: ${event.failed} failed`,
      ];
  }
}

/** Such a message may have lines of its own: a remedy, a place in an expression. */
function formatFatal(message: string, paint: Paint): string[] {
  const [first = '', ...rest] = message.split('\n').map(escapeControls);
  return [`${paint('error', 'error')}: ${first}`, ...rest];
}

function formatRound(round: Extract<RunEvent, { event: 'round-end' }>): string {
  const { pictures, skipped, failed, pruned } = round;
  const parts = [
    countOf(pictures, 'picture'),
    ...(skipped > 0 ? [`${skipped} unchanged`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(pruned > 0 ? [`${pruned} pruned`] : []),
    formatFaceCounts(round),
  ];
  return parts.join(', ');
}

function formatMerge(merged: Extract<RunEvent, { event: 'merge-end' }>): string[] {
  const { folders, pictures, failed, videos, output } = merged;
  const others = videos === undefined ? '' : `; ${countOf(videos, 'video')}`;
  return [
    `${countOf(folders, 'folder')} merged, ${countOf(pictures, 'picture')}: ${failed} failed${others}`,
    formatFaceCounts(merged),
    `results in ${escapeControls(output)}`,
  ];
}

function formatExport(exported: Extract<RunEvent, { event: 'export-end' }>): string[] {
  const { to, pictures, failed, leftOut, output } = exported;
  const without = [
    ...(failed > 0 ? [`${countOf(failed, 'failed picture')} left out`] : []),
    ...(leftOut > 0 ? [`${countOf(leftOut, 'picture')} could not be exported`] : []),
  ];
  return [
    [`${countOf(pictures, 'picture')} exported to ${to}`, ...without].join('; '),
    formatFaceCounts(exported),
    output === undefined ? 'beside the pictures' : `in ${escapeControls(output)}`,
  ];
}

function formatReport({ made, reused, missing, page }: Extract<RunEvent, { event: 'report-end' }>): string[] {
  const parts = [
    `${made} made`,
    `${reused} unchanged`,
    ...(missing > 0 ? [`${missing} could not be made`] : []),
  ];
  return [`thumbnails: ${parts.join(', ')}`, `report in ${escapeControls(page)}`];
}

function describeDone({ how, faces, people }: Extract<RunEvent, { event: 'picture-done' }>): string {
  const found = [countOf(faces, 'face'), ...(people.length > 0 ? [people.join('; ')] : [])].join(': ');
  if (how === 'processed') return found;
  return how === 'skipped' ? `unchanged, ${found}` : `redrawn, ${found}`;
}

function formatVideoTotals(totals: Extract<RunEvent, { event: 'video-end' }>): string[] {
  const { videos, processed, skipped, failed, partial, notDone, unlisted, pruned, notPruned } = totals;
  const parts = [
    `${processed} read`,
    `${skipped} unchanged`,
    `${failed} failed`,
    ...(partial > 0 ? [`${partial} only in part`] : []),
    ...(notDone > 0 ? [`${notDone} not done`] : []),
    ...(unlisted > 0 ? [`${unlisted} not listed`] : []),
    ...(pruned > 0 ? [`${pruned} pruned`] : []),
    ...(notPruned > 0 ? [`${notPruned} not pruned`] : []),
  ];
  const { frames, analysed, tracks, seconds, output } = totals;
  return [
    `${countOf(videos, 'video')}: ${parts.join(', ')}`,
    `${countOf(frames, 'frame')}, ${analysed} analysed, ${countOf(tracks, 'track')}`,
    `results in ${escapeControls(output)}`,
    `${seconds.toFixed(1)} s`,
  ];
}

function describeVideo({
  how,
  frames,
  analysed,
  tracks,
  speed,
}: Extract<RunEvent, { event: 'video-done' }>): string {
  return [
    ...(how === 'skipped' ? ['unchanged'] : []),
    countOf(frames, 'frame'),
    `${analysed} analysed`,
    countOf(tracks, 'track'),
    ...(speed === undefined ? [] : [`${speed.toFixed(1)} times real time`]),
  ].join(', ');
}

type LaneReplaced = Extract<RunEvent, { event: 'lane-replaced' }>;

function describeReplaced({ reason, image, retry, message }: LaneReplaced): string {
  const work = image === undefined ? '' : ` while working on ${escapeControls(image)}`;
  const again = retry ? ', which is tried once more' : '';
  switch (reason) {
    case 'died':
      return `it ${escapeControls(message ?? 'ended')}${work}${again}`;
    case 'overrun':
      return `it overran the time limit${work}`;
    case 'outgrown':
      return `it took more memory than --max-lane-memory${work}${again}`;
    case 'pictures':
      return 'it has done its share of pictures';
    case 'memory':
      return 'it still held much memory after a picture';
  }
}
