import { formatTable } from '../../core/csv.js';
import { countOf } from '../../core/count-of.js';
import { formatLine, type PictureRecord } from '../../core/report.js';
import { byId } from '../../report/client/dom.js';
import { Card } from './card.js';
import { save } from './save.js';
import { hasToken, keepToken, Refusal, tagPicture } from './send.js';

const list = byId('cards', HTMLUListElement);
const files = byId('files', HTMLInputElement);
const status = byId('status', HTMLElement);
const tokenForm = byId('token-form', HTMLFormElement);
const tokenField = byId('token', HTMLInputElement);
const buttons = ['json', 'csv', 'clear'].map((id) => byId(id, HTMLButtonElement));

let cards: Card[] = [];
/** Pictures are sent one after another, so that the server's other clients have their turn. */
const waiting: Card[] = [];
let running = false;

function add(chosen: Iterable<File>): void {
  for (const file of chosen) {
    const card = new Card(file);
    cards.push(card);
    waiting.push(card);
    list.append(card.element);
  }
  void run();
}

async function run(): Promise<void> {
  if (running) return;
  running = true;
  for (let card = waiting[0]; card; card = waiting[0]) {
    tell();
    card.begin();
    try {
      const record = await tagPicture(card.file);
      if (waiting[0] === card) card.show(record);
    } catch (error) {
      // Whatever it is, the next picture has its turn.
      const refusal = error instanceof Refusal ? error : new Refusal('PAGE_FAULT', String(error));
      const { code, retryAfter } = refusal;
      if (code === 'UNAUTHORIZED') {
        askForToken();
        break;
      }
      if (retryAfter !== undefined) {
        status.textContent = `The server is busy: trying again in ${countOf(retryAfter, 'second')}`;
        await new Promise((resolve) => setTimeout(resolve, 1000 * retryAfter));
        continue;
      }
      card.refuse(refusal);
    }
    if (waiting[0] === card) waiting.shift();
  }
  running = false;
  tell();
}

function askForToken(): void {
  if (hasToken()) byId('token-label', HTMLElement).textContent = 'That is not the token of this server.';
  tokenForm.hidden = false;
  tokenField.focus();
}

function tell(): void {
  const done = records();
  const faces = done.reduce((sum, record) => sum + record.faces.length, 0);
  const left = waiting.length === 0 ? '' : `, ${waiting.length} to go`;
  status.textContent =
    cards.length === 0
      ? 'No picture yet.'
      : `${countOf(cards.length - waiting.length, 'picture')}, ${countOf(faces, 'face')}${left}`;
  for (const button of buttons)
    button.disabled = button.id === 'clear' ? cards.length === 0 : done.length === 0;
}

const records = (): PictureRecord[] => cards.flatMap(({ record }) => record ?? []);

files.addEventListener('change', () => {
  add(files.files ?? []);
  files.value = '';
});
addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('over');
});
addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) document.body.classList.remove('over');
});
addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('over');
  add(event.dataTransfer?.files ?? []);
});
tokenForm.addEventListener('submit', (event) => {
  event.preventDefault();
  keepToken(tokenField.value);
  tokenField.value = '';
  tokenForm.hidden = true;
  files.focus();
  void run();
});
byId('json', HTMLButtonElement).addEventListener('click', () => {
  save('faces.jsonl', records().map(formatLine).join(''), 'application/x-ndjson');
});
byId('csv', HTMLButtonElement).addEventListener('click', () => {
  save('faces.csv', formatTable(records(), 'safe'), 'text/csv');
});
byId('clear', HTMLButtonElement).addEventListener('click', () => {
  for (const card of cards) card.close();
  cards = [];
  waiting.length = 0;
  tell();
  files.focus();
});
document.documentElement.dataset['ready'] = 'true';
