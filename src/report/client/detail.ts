import { describeFace } from '../../core/face-text.js';
import { percent } from '../../core/percent.js';
import { formatRecord } from '../../core/report.js';
import { html } from './dom.js';
import { drawMarks } from './draw-marks.js';
import type { Size } from './marks.js';
import type { Picture } from './shown-picture.js';
import type { View } from './view.js';

export interface DetailListener {
  /** Asks for the picture so many places further. */
  readonly step: (by: number) => void;
  readonly closed: () => void;
}

/** A picture at its own size, or as much of it as there is room for, with its faces and its record. */
export class Detail {
  readonly #stage = html('div', { class: 'stage', tabindex: 0, role: 'group', 'aria-label': 'Picture' });
  readonly #facts = html('div', { class: 'facts' });
  readonly #name = html('h2', { id: 'detail-name' });
  readonly #place = html('span', { class: 'place', role: 'status' });
  readonly #full = button('Own size', 'Show every pixel of the picture');
  readonly #previous = button('←', 'Previous picture');
  readonly #next = button('→', 'Next picture');
  #picture: Picture | undefined;
  #view: View | undefined;

  constructor(
    private readonly dialog: HTMLDialogElement,
    listener: DetailListener,
  ) {
    const close = button('Close', 'Close (Escape)');
    const bar = html('div', { class: 'bar' }, this.#previous, this.#next, this.#full, close);
    dialog.append(
      html('header', {}, html('div', { class: 'title' }, this.#name, this.#place), bar),
      html('div', { class: 'body' }, this.#stage, this.#facts),
    );
    close.addEventListener('click', () => {
      dialog.close();
    });
    this.#previous.addEventListener('click', () => {
      listener.step(-1);
    });
    this.#next.addEventListener('click', () => {
      listener.step(1);
    });
    this.#full.addEventListener('click', () => {
      this.#toggleSize();
    });
    dialog.addEventListener('close', listener.closed);
    dialog.addEventListener('keydown', (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || this.#scrolls(event.target)) return;
      if (event.key === 'ArrowLeft') listener.step(-1);
      else if (event.key === 'ArrowRight') listener.step(1);
    });
    new ResizeObserver(() => {
      this.#draw();
    }).observe(this.#stage);
  }

  get isOpen(): boolean {
    return this.dialog.open;
  }

  /** @param place of the picture among those shown, from 0; `count` of them. */
  show(picture: Picture, place: number, count: number, view: View): void {
    this.#picture = picture;
    this.#view = view;
    const { record } = picture;
    this.#name.replaceChildren(html('bdi', {}, record.image));
    this.#place.textContent = `${place + 1} of ${count}`;
    this.#previous.disabled = place === 0;
    this.#next.disabled = place === count - 1;
    this.#full.disabled = record.error !== undefined;
    this.#facts.replaceChildren(...factsOf(picture));
    this.#stage.replaceChildren(stageOf(picture));
    if (!this.dialog.open) {
      this.dialog.showModal();
      this.#stage.focus();
    }
    this.#draw();
  }

  close(): void {
    if (this.dialog.open) this.dialog.close();
  }

  #toggleSize(): void {
    const full = !this.#stage.classList.contains('full');
    this.#stage.classList.toggle('full', full);
    this.#full.setAttribute('aria-pressed', String(full));
    this.#draw();
  }

  /** Arrow keys move a picture that is larger than its room. */
  #scrolls(target: EventTarget | null): boolean {
    return target === this.#stage && this.#stage.scrollWidth > this.#stage.clientWidth;
  }

  /** Sizes the picture to its room and draws its faces over it. */
  #draw(): void {
    const frame = this.#stage.querySelector<HTMLElement>('.shown');
    if (!frame || !this.#picture || !this.#view || !this.dialog.open) return;
    const size = this.#sizeOf(this.#picture.record);
    frame.style.width = `${size.width}px`;
    frame.style.height = `${size.height}px`;
    frame.querySelector('.marks')?.remove();
    frame.append(drawMarks(this.#picture, size, this.#view));
  }

  #sizeOf({ width, height }: Size): Size {
    if (this.#stage.classList.contains('full')) return { width, height };
    const { clientWidth, clientHeight } = this.#stage;
    const scale = Math.min(1, clientWidth / width, clientHeight / height);
    return { width: Math.floor(width * scale), height: Math.floor(height * scale) };
  }
}

function button(text: string, name: string): HTMLButtonElement {
  return html('button', { type: 'button', 'aria-label': name, title: name }, text);
}

function stageOf({ record, thumbnail, link }: Picture): HTMLElement {
  const url = link ?? thumbnail;
  if (record.error || url === undefined) {
    const { code = 'No picture', message = '' } = record.error ?? {};
    return html('p', { class: 'absent' }, html('strong', {}, code), html('span', {}, message));
  }
  const image = html('img', { alt: `The picture ${record.image}` });
  const frame = html('div', { class: 'shown' }, image);
  const onError = (): void => {
    // A format that browsers do not show, or a picture that is not there any more.
    frame.append(html('p', { class: 'hint' }, 'This browser cannot show the picture itself.'));
    if (thumbnail !== undefined) image.src = thumbnail;
  };
  image.addEventListener('error', onError, { once: true });
  image.src = url;
  return frame;
}

function factsOf(picture: Picture): HTMLElement[] {
  const { record, link, note } = picture;
  const { width, height, faces, warnings = [], error } = record;
  const size = width > 0 ? [html('p', { class: 'soft' }, `${width} × ${height} pixels`)] : [];
  const told = [...warnings, ...(note === undefined ? [] : [`No thumbnail: ${note}`])];
  const list = faces.map((face) =>
    html(
      'li',
      { class: face.gender.toLowerCase() },
      html('span', {}, describeFace(face)),
      html('span', { class: 'soft' }, `face ${percent(face.confidence)}`),
    ),
  );
  const none = error ? [] : [html('p', {}, 'No face was found.')];
  const open = link === undefined ? [] : [html('p', {}, html('a', { href: link }, 'Open the picture'))];
  return [
    ...size,
    ...told.map((text) => html('p', { class: 'warn' }, text)),
    ...(faces.length > 0 ? [html('ol', { class: 'faces' }, ...list)] : none),
    ...open,
    html(
      'details',
      { open: true },
      html('summary', {}, 'Record'),
      html('pre', { tabindex: 0 }, formatRecord(record)),
    ),
  ];
}
