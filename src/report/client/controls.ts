import { byId } from './dom.js';
import { fieldsOf, toView, type View } from './view.js';

/** The form above the grid. */
export class Controls {
  readonly #form = byId('filters', HTMLFormElement);
  readonly #failures = byId('failures', HTMLButtonElement);

  /** @param changed called after each change by a person. */
  constructor(changed: () => void) {
    this.#form.addEventListener('input', changed);
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
    });
    this.#form.addEventListener('reset', (event) => {
      event.preventDefault();
      this.write(toView(() => null));
      changed();
    });
    this.#failures.addEventListener('click', () => {
      const fields = this.read();
      this.write({ ...fields, status: fields.status === 'failed' ? '' : 'failed' });
      changed();
    });
  }

  read(): View {
    const fields = new FormData(this.#form);
    const view = toView((name) => {
      const value = fields.get(name);
      return typeof value === 'string' ? value : null;
    });
    this.#failures.setAttribute('aria-pressed', String(view.status === 'failed'));
    return view;
  }

  write(view: View): void {
    const fields = new Map(fieldsOf(view));
    for (const control of this.#form.elements) {
      if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement) {
        control.value = fields.get(control.name) ?? '';
      }
    }
    this.read();
  }
}
