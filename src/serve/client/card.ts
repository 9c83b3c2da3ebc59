import { formatTable } from '../../core/csv.js';
import { countOf } from '../../core/count-of.js';
import { describeFace } from '../../core/face-text.js';
import { percent } from '../../core/percent.js';
import { formatRecord, type PictureRecord } from '../../core/report.js';
import { html } from '../../report/client/dom.js';
import { drawFaces } from './draw-faces.js';
import { save } from './save.js';
import { fetchCopy, Refusal } from './send.js';

/** One picture on the page: what it is, what was found in it, what can be saved of it. */
export class Card {
  readonly element = html('li', { class: 'card' });
  /** Absent until it is answered, and where there is none. */
  record: PictureRecord | undefined;
  readonly #url: string;
  readonly #state = html('p', { class: 'state' }, 'Waiting');
  readonly #stage = html('div', { class: 'stage' });
  readonly #resized = new ResizeObserver(() => {
    this.#draw();
  });

  constructor(readonly file: File) {
    this.#url = URL.createObjectURL(file);
    const image = html('img', { alt: `The picture ${file.name}` });
    image.addEventListener('error', () => {
      image.replaceWith(html('p', { class: 'absent' }, 'This browser cannot show the picture.'));
      this.#stage.querySelector('.marks')?.remove();
    });
    image.src = this.#url;
    this.#stage.append(image);
    this.#resized.observe(this.#stage);
    this.element.append(html('h2', {}, html('bdi', {}, file.name)), this.#stage, this.#state);
  }

  /** It is being sent and looked at. */
  begin(): void {
    this.#tell('Looking at it');
  }

  show(record: PictureRecord): void {
    this.record = record;
    const { error, faces, warnings = [], width, height } = record;
    if (error) this.#tell(`${error.code}: ${error.message}`, 'failed');
    else this.#tell(`${countOf(faces.length, 'face')}, ${width} × ${height} pixels`);
    const people = faces.map((face) =>
      html(
        'li',
        { class: face.gender.toLowerCase() },
        `${describeFace(face)} (face ${percent(face.confidence)})`,
      ),
    );
    if (people.length > 0) this.element.append(html('ol', {}, ...people));
    this.element.append(...warnings.map((text) => html('p', { class: 'warned' }, text)));
    this.element.append(this.#downloads(record));
    this.#draw();
  }

  refuse({ code, message }: Refusal): void {
    this.#tell(`${code}: ${message}`, 'failed');
  }

  /** Forgets the picture. */
  close(): void {
    this.#resized.disconnect();
    URL.revokeObjectURL(this.#url);
    this.element.remove();
  }

  #tell(text: string, style = ''): void {
    this.#state.textContent = text;
    this.#state.className = `state ${style}`;
  }

  #downloads(record: PictureRecord): HTMLElement {
    const { name } = this.file;
    const bar = html('div', { class: 'bar' });
    const add = (text: string, act: (button: HTMLButtonElement) => void): void => {
      const button = html('button', { type: 'button', 'aria-label': `${text} of ${name}` }, text);
      button.addEventListener('click', () => {
        act(button);
      });
      bar.append(button);
    };
    add('JSON', () => {
      save(`${name}.json`, formatRecord(record));
    });
    add('CSV', () => {
      save(`${name}.csv`, formatTable([record], 'safe'), 'text/csv');
    });
    if (!record.error) add('Annotated copy', (button) => void this.#saveCopy(button));
    return bar;
  }

  async #saveCopy(button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    try {
      const copy = await fetchCopy(this.file);
      save(copyName(this.file.name, copy.type), copy);
    } catch (error) {
      this.refuse(error instanceof Refusal ? error : new Refusal('PAGE_FAULT', String(error)));
    } finally {
      button.disabled = false;
      button.focus();
    }
  }

  #draw(): void {
    const { record } = this;
    const image = this.#stage.querySelector('img');
    this.#stage.querySelector('.marks')?.remove();
    if (!image || !record || record.error) return;
    const { clientWidth: width, clientHeight: height } = this.#stage;
    if (width > 0 && height > 0) this.#stage.append(drawFaces(record, { width, height }));
  }
}

/** Of HEIC and BMP the copy is a JPEG. */
function copyName(name: string, type: string): string {
  const jpeg = type === 'image/jpeg' && !/\.(jpe?g|jfif|jpe|jif)$/i.test(name);
  return `annotated-${name}${jpeg ? '.jpg' : ''}`;
}
