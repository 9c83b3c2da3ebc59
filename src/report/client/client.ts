import type { ReportHead } from '../rows.js';
import { Controls } from './controls.js';
import { Detail } from './detail.js';
import { byId } from './dom.js';
import { Grid } from './grid.js';
import { loadRows } from './load-rows.js';
import { toPicture, type Picture } from './shown-picture.js';
import { selectPictures } from './select-pictures.js';
import { formatAddress, parseAddress, type View } from './view.js';

/** Between two looks at what has been loaded so far, in milliseconds. */
const REFRESH_MS = 300;

const head = JSON.parse(byId('head', HTMLScriptElement).textContent) as ReportHead;
const count = byId('count', HTMLElement);
const pictures: Picture[] = [];
let view: View = parseAddress(location.hash);
let shown: Picture[] = [];

const controls = new Controls(() => {
  view = { ...controls.read(), open: view.open };
  refresh();
});
const grid = new Grid(byId('grid', HTMLElement), open);
const detail = new Detail(byId('detail', HTMLDialogElement), {
  step: (by) => {
    open(placeOpen() + by);
  },
  closed: () => {
    const place = placeOpen();
    setOpen('');
    grid.focus(place);
  },
});

const placeOpen = (): number => shown.findIndex(({ record }) => record.image === view.open);

function open(place: number): void {
  const picture = shown[place];
  if (!picture) return;
  setOpen(picture.record.image);
  detail.show(picture, place, shown.length, view);
}

function setOpen(image: string): void {
  view = { ...view, open: image };
  remember();
}

/** The address tells all, so that a reload, a bookmark or a copied address leads to the same place. */
function remember(): void {
  const address = formatAddress(view);
  if (address !== location.hash) history.replaceState(null, '', address === '' ? location.pathname : address);
}

/** Selects anew. */
function refresh(): void {
  shown = selectPictures(pictures, view);
  grid.show(shown, view);
  remember();
  const all = head.pictures.toLocaleString('en');
  const loading = pictures.length < head.pictures ? ` (reading ${pictures.length.toLocaleString('en')})` : '';
  const beyond =
    shown.length > grid.capacity ? `, the first ${grid.capacity.toLocaleString('en')} shown` : '';
  count.textContent = `${shown.length.toLocaleString('en')} of ${all} pictures${loading}${beyond}`;
}

addEventListener('hashchange', () => {
  view = parseAddress(location.hash);
  controls.write(view);
  refresh();
  if (view.open === '') detail.close();
  else open(placeOpen());
});

controls.write(view);
let refreshed = -Infinity;
loadRows(head, (rows) => {
  for (const row of rows) pictures.push(toPicture(row, pictures.length, head));
  if (performance.now() - refreshed < REFRESH_MS) return;
  refresh();
  refreshed = performance.now();
}).then(
  () => {
    refresh();
    if (view.open !== '') open(placeOpen());
    document.documentElement.dataset['ready'] = 'true';
  },
  (error: unknown) => {
    refresh();
    count.textContent += `. ${String(error)}`;
  },
);
