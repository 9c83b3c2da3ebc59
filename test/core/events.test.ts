import { describe, expect, it } from 'vitest';
import { FaceTally } from '../../src/core/face-counts.js';
import { formatEventText } from '../../src/core/event-text.js';
import { formatEventJson, isShown, levelFor, levelOf } from '../../src/core/events.js';
import type { RunEvent } from '../../src/core/events.js';
import type { RunSummary } from '../../src/core/summary.js';

const NO_AGES = new FaceTally().counts.ages;

const summary: RunSummary = {
  schemaVersion: 1,
  pictures: 3,
  processed: 3,
  skipped: 0,
  redrawn: 0,
  copiesFailed: 0,
  reformatted: 0,
  notDone: 0,
  faces: 2,
  females: 2,
  males: 0,
  ages: { ...NO_AGES, '(25-32)': 2 },
  failed: 1,
  failedNow: 1,
  failedByCode: { TRUNCATED: 1 },
  unlisted: 0,
  unread: {},
  retried: 0,
  lanesReplaced: 0,
  pruned: 0,
  notPruned: 0,
  screened: 0,
  seconds: 1,
  picturesPerSecond: 2,
  peakMemory: { parent: 60e6, lane: 150e6 },
  exitCode: 1,
};

const image = 'a/b.jpg';

/** Event, its level, its text with colours as tags. */
const rows: readonly (readonly [RunEvent, string, string])[] = [
  [
    { event: 'run-start', version: '1.0.0', pictures: 3, jobs: 2, pack: 'compact', engine: 'opencv' },
    'info',
    '3 pictures, 2 lanes, pack compact, engine opencv',
  ],
  [
    { event: 'run-start', version: '1.0.0', pictures: 1, jobs: 1, pack: 'compact', engine: 'opencv' },
    'info',
    '1 picture, 1 lane, pack compact, engine opencv',
  ],
  [
    {
      event: 'picture-done',
      image,
      how: 'processed',
      faces: 2,
      people: ['Female 93 %, 35 years', 'Male 80 %, (4-6)'],
    },
    'debug',
    'a/b.jpg: <dim>2 faces: Female 93 %, 35 years; Male 80 %, (4-6)</dim>',
  ],
  [
    { event: 'picture-done', image, how: 'skipped', faces: 0, people: [] },
    'debug',
    'a/b.jpg: <dim>unchanged, 0 faces</dim>',
  ],
  [
    { event: 'picture-failed', image, stage: 'decode', code: 'TRUNCATED', message: 'cut short' },
    'error',
    '<error>failed</error> a/b.jpg: TRUNCATED: cut short',
  ],
  [
    {
      event: 'copy-failed',
      image,
      copy: 'annotated',
      stage: 'annotate',
      code: 'TOO_LARGE',
      message: '12 megapixels',
    },
    'error',
    '<error>no copy</error> of a/b.jpg in annotated: TOO_LARGE: 12 megapixels',
  ],
  [
    { event: 'picture-failed', image, stage: 'decode', code: 'TRUNCATED', message: 'cut short', kept: true },
    'info',
    '<error>failed before</error> a/b.jpg: TRUNCATED: cut short',
  ],
  [{ event: 'note', message: 'it joins' }, 'info', 'it joins'],
  [
    {
      event: 'merge-end',
      folders: 2,
      pictures: 1,
      failed: 0,
      faces: 1,
      females: 0,
      males: 1,
      ages: { ...NO_AGES, '(60-100)': 1 },
      output: '/data/o\nut',
    },
    'info',
    '2 folders merged, 1 picture: 0 failed\n1 face: 0 female, 1 male; ages 60-100: 1\nresults in /data/o\\nut',
  ],
  [
    {
      event: 'export-end',
      to: 'voc',
      pictures: 2,
      failed: 1,
      leftOut: 2,
      faces: 1,
      females: 1,
      males: 0,
      ages: { ...NO_AGES, '(0-2)': 1 },
      output: '/data/o\nut',
    },
    'info',
    '2 pictures exported to voc; 1 failed picture left out; 2 pictures could not be exported\n' +
      '1 face: 1 female, 0 male; ages 0-2: 1\nin /data/o\\nut',
  ],
  [
    {
      event: 'export-end',
      to: 'xmp',
      pictures: 1,
      failed: 0,
      leftOut: 0,
      faces: 0,
      females: 0,
      males: 0,
      ages: NO_AGES,
    },
    'info',
    '1 picture exported to xmp\n0 faces\nbeside the pictures',
  ],
  [
    { event: 'format-changed', pictures: 12 },
    'info',
    '12 pictures are redone because the record format changed',
  ],
  [{ event: 'format-changed', pictures: 1 }, 'info', '1 picture is redone because the record format changed'],
  [{ event: 'screened', image }, 'error', '<error>matches --fail-if</error> a/b.jpg'],
  [
    { event: 'gate-missed', figure: 'age-mae', bound: 'max', limit: 5, value: 5.25 },
    'error',
    '<error>misses --max</error> age-mae=5: it is 5.25',
  ],
  [
    { event: 'gate-missed', figure: 'gender-gap', bound: 'max', limit: 0.1 },
    'error',
    '<error>misses --max</error> gender-gap=0.1: there is no such figure of these labels',
  ],
  [
    { event: 'lane-replaced', reason: 'died', image, retry: true, message: 'was killed by SIGKILL' },
    'warn',
    '<warning>lane replaced</warning>: it was killed by SIGKILL while working on a/b.jpg, which is tried once more',
  ],
  [
    { event: 'lane-replaced', reason: 'overrun', image },
    'warn',
    '<warning>lane replaced</warning>: it overran the time limit while working on a/b.jpg',
  ],
  [
    { event: 'lane-replaced', reason: 'outgrown', image, retry: true },
    'warn',
    '<warning>lane replaced</warning>: it took more memory than --max-lane-memory while working on a/b.jpg, which is tried once more',
  ],
  [
    { event: 'lane-replaced', reason: 'memory' },
    'debug',
    '<warning>lane replaced</warning>: it still held much memory after a picture',
  ],
  [
    {
      event: 'progress',
      total: 4,
      done: 1,
      skipped: 0,
      faces: 2,
      failed: 0,
      retried: 0,
      picturesPerSecond: 0.5,
      etaSeconds: 6,
    },
    'info',
    '1/4 pictures, 25 %, 0.5/s, 6 s left, 2 faces, 0 failed',
  ],
  [{ event: 'note', message: 'compact in /m\n  a.onnx: OK' }, 'info', 'compact in /m\n  a.onnx: OK'],
  [{ event: 'warning', message: 'no entry' }, 'warn', '<warning>warning</warning>: no entry'],
  [
    { event: 'error', code: 'USAGE', message: 'Expected this\n  that\n  ^ here' },
    'error',
    '<error>error</error>: Expected this\n  that\n  ^ here',
  ],
  [
    { event: 'run-end', summary: { ...summary, faces: 0, females: 0, output: '/data/out' } },
    'info',
    '3 pictures: 2 tagged, 0 unchanged, 1 failed (1 TRUNCATED)\n0 faces\nresults in /data/out\n1.0 s, 2.0 pictures/s, peak memory 60.0 MB + 150 MB a lane',
  ],
  [
    { event: 'run-end', summary: { ...summary, faces: 0, females: 0, unread: { '.cr2': 12, '.mov': 1 } } },
    'info',
    '3 pictures: 2 tagged, 0 unchanged, 1 failed (1 TRUNCATED)\n0 faces\nnot read: 12 .cr2 files, 1 .mov file\n1.0 s, 2.0 pictures/s, peak memory 60.0 MB + 150 MB a lane',
  ],
  [
    { event: 'run-end', summary: { ...summary, faces: 0, females: 0, unread: { '.cr2': 12, '.mov': 1 } } },
    'info',
    '3 pictures: 2 tagged, 0 unchanged, 1 failed (1 TRUNCATED)\n0 faces\nnot read: 12 .cr2 files, 1 .mov file\n1.0 s, 2.0 pictures/s, peak memory 60.0 MB + 150 MB a lane',
  ],
  ...([1, 2] as const).map((gone): readonly [RunEvent, string, string] => [
    { event: 'run-end', summary: { ...summary, faces: 0, females: 0, gone } },
    'info',
    `3 pictures: 2 tagged, 0 unchanged, 1 failed (1 TRUNCATED)\n0 faces\n1.0 s, 2.0 pictures/s, peak memory 60.0 MB + 150 MB a lane\n${
      gone === 1 ? '1 result is of a picture that is' : '2 results are of pictures that are'
    } gone: --prune removes ${gone === 1 ? 'it' : 'them'}`,
  ]),
  [
    { event: 'run-end', summary },
    'info',
    '3 pictures: 2 tagged, 0 unchanged, 1 failed (1 TRUNCATED)\n2 faces: 2 female, 0 male; ages 25-32: 2\n1.0 s, 2.0 pictures/s, peak memory 60.0 MB + 150 MB a lane',
  ],
];

const tagged = (role: string, text: string): string => `<${role}>${text}</${role}>`;

describe('events', () => {
  it.each(rows)('%o is %s: %s', (event, level, text) => {
    expect(levelOf(event)).toBe(level);
    expect(formatEventText(event, tagged).join('\n')).toBe(text);
  });

  it('are one line of JSON each, with time and level in front', () => {
    const time = new Date(Date.UTC(2024, 5, 1, 12));
    expect(formatEventJson({ event: 'screened', image: 'a\n"b".jpg' }, time)).toBe(
      '{"time":"2024-06-01T12:00:00.000Z","level":"error","event":"screened","image":"a\\n\\"b\\".jpg"}\n',
    );
    for (const [event] of rows) expect(JSON.parse(formatEventJson(event, time))).toMatchObject(event);
  });

  it.each([
    [{ quiet: true, verbose: false }, ['error']],
    [{ quiet: false, verbose: false }, ['error', 'warn', 'info']],
    [{ quiet: false, verbose: true }, ['error', 'warn', 'info', 'debug']],
  ])('shown with %o: %o', (flags, levels) => {
    const shown = rows.filter(([event]) => isShown(event, levelFor(flags))).map(([, level]) => level);
    expect(new Set(shown)).toEqual(new Set(levels));
  });

  it.each([
    [{ event: 'screened', image: 'a\nb\u001b[31m.jpg' }, 'matches --fail-if a\\nb\\x1b[31m.jpg'],
    [
      { event: 'picture-done', image: 'gpj\u202e.exe', how: 'processed', faces: 0, people: [] },
      'gpj\\u202e.exe: 0 faces',
    ],
    [{ event: 'note', message: 'in /m\u001b[2J\rx\n  y' }, 'in /m\\x1b[2J\\rx\n  y'],
    [{ event: 'warning', message: 'no\r\nentry\u009b' }, 'warning: no\\r\\nentry\\x9b'],
    [
      { event: 'picture-failed', image: 'x', stage: 'decode', code: 'CORRUPT', message: '\u0007\t\u{e0001}' },
      'failed x: CORRUPT: \\x07\\t\\u{e0001}',
    ],
    [{ event: 'error', code: 'USAGE', message: 'no\u001b[2J\nway' }, 'error: no\\x1b[2J\nway'],
    [{ event: 'screened', image: 'Ünï 写真 😀.jpg' }, 'matches --fail-if Ünï 写真 😀.jpg'],
  ] satisfies [RunEvent, string][])('cannot be forged by a name: %o', (event, text) => {
    expect(formatEventText(event, (_, part) => part).join('\n')).toBe(text);
  });
});
