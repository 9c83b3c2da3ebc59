import { PALETTE } from '../core/annotation/style.js';
import { describeFace } from '../core/face-text.js';
import type { FaceRecord } from '../core/report.js';
import type { Rgb } from '../ports.js';
import { clockTime } from './seconds.js';
import type { FrameRecord } from './format-frame.js';
import type { TrackedFace } from './tracks.js';

/** In pixels. */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** Shares of the longer side of a frame, as for pictures. */
const LINE_SHARE = 1 / 400;
const TEXT_SHARE = 1 / 40;

const textSize = ({ width, height }: FrameSize): number =>
  Math.max(12, Math.round(Math.max(width, height) * TEXT_SHARE));

/**
 * Head of a script that draws boxes and labels over a video: Advanced SubStation Alpha 4+, which ffmpeg renders at any
 * frame rate.
 */
export function scriptHead(size: FrameSize): string {
  const line = Math.max(2, Math.round(Math.max(size.width, size.height) * LINE_SHARE));
  const style = (name: string, fields: string): string =>
    `Style: ${name},DejaVu Sans,${textSize(size)},${fields},0,0,0,0,100,100,0,0,`;
  return [
    '[Script Info]',
    'ScriptType: v4.00+',
    `PlayResX: ${size.width}`,
    `PlayResY: ${size.height}`,
    'ScaledBorderAndShadow: yes',
    'WrapStyle: 2',
    'YCbCr Matrix: None',
    '[V4+ Styles]',
    'Format: Name,Fontname,Fontsize,PrimaryColour,SecondaryColour,OutlineColour,BackColour,Bold,Italic,Underline,' +
      'StrikeOut,ScaleX,ScaleY,Spacing,Angle,BorderStyle,Outline,Shadow,Alignment,MarginL,MarginR,MarginV,Encoding',
    // Nothing inside, a line round it.
    `${style('box', '&HFF000000,&HFF000000,&H00000000,&HFF000000')}1,${line},0,7,0,0,0,1`,
    // Black on a ground of the line's colour.
    `${style('label', '&H00000000,&H00000000,&H00000000,&H00000000')}3,${line},0,1,0,0,0,1`,
    '[Events]',
    'Format: Layer,Start,End,Style,Name,MarginL,MarginR,MarginV,Effect,Text',
    '',
  ].join('\n');
}

/** What is drawn from a frame's time on. */
export function scriptEvents({ time, faces }: FrameRecord, until: number, size: FrameSize): string {
  const span = `${scriptTime(time)},${scriptTime(until)}`;
  return faces
    .map(({ track, face }: TrackedFace) => {
      const [x, y, w, h] = face.bbox;
      const colour = `\\3c${scriptColour(PALETTE[face.gender])}`;
      const box = `{\\pos(${x},${y})${colour}\\p1}m 0 0 l ${w} 0 ${w} ${h} 0 ${h}`;
      const words = `#${track} ${describeFace(face)}`;
      const label = `{\\pos(${labelPlace(face, words, size).join()})${colour}}${words}`;
      return `Dialogue: 0,${span},box,,0,0,0,,${box}\nDialogue: 1,${span},label,,0,0,0,,${label}\n`;
    })
    .join('');
}

/** Mean width of a character, in sizes of the text. */
const CHARACTER = 0.55;

/** Left end of a label's lower edge: above the face, below it where there is no room, inside where there is none either. */
function labelPlace(
  { bbox: [x, y, , h] }: FaceRecord,
  words: string,
  size: FrameSize,
): readonly [number, number] {
  const text = textSize(size);
  const left = Math.max(0, Math.min(x + 2, size.width - words.length * CHARACTER * text));
  const [above, below, inside] = [y - 0.4 * text, y + h + 1.5 * text, y + 1.5 * text];
  const base = y > 1.5 * text ? above : below < size.height ? below : inside;
  return [Math.round(left), Math.round(base)];
}

/** `0:00:01.23`: cut, not rounded, so that nothing is drawn later than its frame. */
function scriptTime(time: number): string {
  return clockTime(Math.floor(Math.round(time * 1000) / 10) / 100).slice(0, -1);
}

/** Blue, green, red in hexadecimal. */
function scriptColour([red, green, blue]: Rgb): string {
  return `&H${[blue, green, red].map((value) => value.toString(16).padStart(2, '0')).join('')}&`.toUpperCase();
}
