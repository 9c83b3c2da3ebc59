import { countOf } from '../../core/count-of.js';
import { html } from './dom.js';
import { drawMarks } from './draw-marks.js';
import type { Size } from './marks.js';
import { describePicture, shortLabel, type Picture } from './shown-picture.js';
import type { View } from './view.js';

/** Height of the two lines of text below a thumbnail, in CSS pixels. */
export const CAPTION_HEIGHT = 44;

/**
 * One picture of the grid.
 *
 * @param frame room of the thumbnail, in CSS pixels.
 */
export function makeCell(picture: Picture, frame: Size, view: View): HTMLButtonElement {
  const { record } = picture;
  const name = record.image.slice(record.image.lastIndexOf('/') + 1);
  const cell = html(
    'button',
    { type: 'button', class: 'cell', 'aria-label': `${record.image}, ${describePicture(picture)}` },
    frameOf(picture, frame, view),
    html('span', { class: 'name', title: record.image }, name),
    html('span', { class: record.error ? 'who failed' : 'who' }, caption(picture)),
  );
  return cell;
}

function frameOf(picture: Picture, frame: Size, view: View): HTMLElement {
  const box = html('span', { class: 'frame' });
  box.style.height = `${frame.height}px`;
  const { thumbnail, record, note } = picture;
  if (thumbnail === undefined) {
    box.append(html('span', { class: record.error ? 'absent failed' : 'absent' }, record.error ? '!' : '?'));
    if (note !== undefined) box.title = `No thumbnail: ${note}`;
    return box;
  }
  const image = html('img', { alt: '', draggable: 'false' });
  image.src = thumbnail;
  box.append(image);
  if (record.faces.length > 0) box.append(drawMarks(picture, frame, view));
  return box;
}

function caption({ record: { error, faces } }: Picture): string {
  if (error) return error.code;
  if (faces.length === 0) return 'no face';
  const shown = faces.slice(0, 3).map(shortLabel).join(', ');
  return faces.length === 1
    ? shown
    : `${countOf(faces.length, 'face')}: ${shown}${faces.length > 3 ? ' …' : ''}`;
}
