import { CAPTION_HEIGHT, makeCell } from './cell.js';
import { html } from './dom.js';
import type { Picture } from './shown-picture.js';
import type { View } from './view.js';

const GAP = 12;
/** Narrowest cell: two fit on a phone. */
const LEAST_WIDTH = 150;
const THUMBNAIL_HEIGHT = 150;
const ROW_HEIGHT = THUMBNAIL_HEIGHT + CAPTION_HEIGHT + GAP;
/** Rows kept ready above and below what is seen, so that scrolling shows no blank. */
const SPARE_ROWS = 2;
/** Browsers lay out no element that is much higher, in CSS pixels. */
const MOST_HEIGHT = 16_000_000;
const MOST_PRINTED = 200;

/**
 * Pictures in rows and columns of cells of one size, of which only those near the visible part of the page are in it: ten
 * thousand pictures cost as much as fifty.
 */
export class Grid {
  #pictures: readonly Picture[] = [];
  #view: View | undefined;
  /** By place among the shown pictures. */
  readonly #cells = new Map<number, HTMLElement>();
  #columns = 1;
  #width = LEAST_WIDTH;
  /** The one cell that the tab key reaches. */
  #active = 0;
  #scheduled = false;
  #printing = false;

  constructor(
    private readonly container: HTMLElement,
    private readonly open: (place: number) => void,
  ) {
    addEventListener(
      'scroll',
      () => {
        this.#schedule();
      },
      { passive: true },
    );
    new ResizeObserver(() => {
      this.#resize();
    }).observe(container);
    container.addEventListener('click', (event) => {
      const place = placeOf(event.target);
      if (place !== undefined) this.open(place);
    });
    container.addEventListener('keydown', (event) => {
      this.#onKey(event);
    });
    container.addEventListener('focusin', (event) => {
      const place = placeOf(event.target);
      if (place !== undefined) this.#activate(place);
    });
    addEventListener('beforeprint', () => {
      this.#print(true);
    });
    addEventListener('afterprint', () => {
      this.#print(false);
    });
  }

  /** How many of the pictures have a place; the others are beyond what a browser can lay out. */
  get capacity(): number {
    return Math.floor(MOST_HEIGHT / ROW_HEIGHT) * this.#columns;
  }

  /** Replaces what is shown. */
  show(pictures: readonly Picture[], view: View): void {
    this.#pictures = pictures;
    this.#view = view;
    this.#active = Math.min(this.#active, Math.max(0, pictures.length - 1));
    this.#clear();
    this.#resize();
  }

  /** Brings a picture into sight and focuses it. */
  focus(place: number): void {
    if (!this.#pictures[place]) return;
    this.#activate(place);
    const top = this.container.getBoundingClientRect().top + Math.floor(place / this.#columns) * ROW_HEIGHT;
    const room = innerHeight - ROW_HEIGHT;
    if (top < 0 || top > room) scrollBy({ top: top < 0 ? top - GAP : top - room });
    this.#update();
    this.#cells.get(place)?.querySelector('button')?.focus({ preventScroll: true });
  }

  #resize(): void {
    const room = this.container.clientWidth;
    const columns = Math.max(1, Math.floor((room + GAP) / (LEAST_WIDTH + GAP)));
    const width = Math.floor((room - GAP * (columns - 1)) / columns);
    if (width !== this.#width || columns !== this.#columns) this.#clear();
    [this.#columns, this.#width] = [columns, width];
    const rows = Math.ceil(Math.min(this.#pictures.length, this.capacity) / columns);
    this.container.style.height = `${rows * ROW_HEIGHT}px`;
    this.#update();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#update();
    });
  }

  /** Adds the cells that have come near and removes those that have gone far. */
  #update(): void {
    if (this.#printing) return;
    const { top } = this.container.getBoundingClientRect();
    const first = Math.max(0, Math.floor(-top / ROW_HEIGHT) - SPARE_ROWS) * this.#columns;
    const last = (Math.ceil((innerHeight - top) / ROW_HEIGHT) + SPARE_ROWS) * this.#columns;
    const end = Math.min(last, this.#pictures.length, this.capacity);
    const focused = placeOf(document.activeElement);
    if (focused === undefined && end > first && (this.#active < first || this.#active >= end)) {
      this.#activate(Math.min(first + SPARE_ROWS * this.#columns, end - 1));
    }
    for (const [place, cell] of this.#cells) {
      // The tab key finds a cell even while the grid is out of sight.
      if ((place >= first && place < end) || place === this.#active) continue;
      cell.remove();
      this.#cells.delete(place);
    }
    // From the end, so that each finds the one behind it and what is read aloud follows what is seen.
    for (let place = end - 1; place >= first; place -= 1) this.#ensure(place);
    this.#ensure(this.#active);
  }

  #ensure(place: number): void {
    const picture = this.#pictures[place];
    if (!picture || !this.#view || this.#cells.has(place)) return;
    const frame = { width: this.#width, height: THUMBNAIL_HEIGHT };
    const button = makeCell(picture, frame, this.#view);
    button.tabIndex = place === this.#active ? 0 : -1;
    const cell = html(
      'div',
      {
        role: 'listitem',
        'aria-setsize': this.#pictures.length,
        'aria-posinset': place + 1,
        'data-place': place,
      },
      button,
    );
    const [row, column] = [Math.floor(place / this.#columns), place % this.#columns];
    cell.style.width = `${this.#width}px`;
    cell.style.transform = `translate(${column * (this.#width + GAP)}px, ${row * ROW_HEIGHT}px)`;
    this.container.insertBefore(cell, this.#cells.get(place + 1) ?? null);
    this.#cells.set(place, cell);
  }

  #clear(): void {
    this.#cells.clear();
    this.container.replaceChildren();
  }

  #activate(place: number): void {
    const tab = (index: number): void => {
      const button = this.#cells.get(this.#active)?.querySelector('button');
      if (button) button.tabIndex = index;
    };
    tab(-1);
    this.#active = Math.max(0, place);
    tab(0);
  }

  #onKey(event: KeyboardEvent): void {
    const from = placeOf(event.target);
    if (from === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(innerHeight / ROW_HEIGHT)) * this.#columns;
    const last = this.#pictures.length - 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: from - 1,
      ArrowRight: from + 1,
      ArrowUp: from - this.#columns,
      ArrowDown: from + this.#columns,
      PageUp: Math.max(from % this.#columns, from - page),
      PageDown: Math.min(last, from + page),
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to >= 0 && to <= last) this.focus(to);
  }

  /** On paper the cells flow, as many as a reader may want. */
  #print(printing: boolean): void {
    this.#printing = printing;
    this.container.classList.toggle('printing', printing);
    this.#clear();
    if (!printing) this.#resize();
    else
      for (let place = 0; place < Math.min(MOST_PRINTED, this.#pictures.length); place += 1)
        this.#ensure(place);
  }
}

/** Place of the cell that something is in. */
function placeOf(target: EventTarget | null): number | undefined {
  const cell = target instanceof Element ? target.closest('[data-place]') : null;
  return cell ? Number(cell.getAttribute('data-place')) : undefined;
}
