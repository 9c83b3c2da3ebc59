import { escapeHtml, grouped } from '../markup.js';

/*
 * Charts are drawn when the page is written: they print, they need no code, and they say their numbers in words. Sizes
 * are in units of the view box, which is about as many pixels wide on a phone. Colours are classes of the page's style.
 */

/** Width of every chart. */
export const CHART_WIDTH = 340;

/** A card with a chart. @param summary what the chart shows, for those who don't see it. */
export function figure(title: string, height: number, summary: string, shapes: string, legend = ''): string {
  return `<figure class="card"><figcaption>${escapeHtml(title)}${legend}</figcaption><svg role="img" aria-label="${escapeHtml(`${title}: ${summary}`)}" viewBox="0 0 ${CHART_WIDTH} ${height}">${shapes}</svg></figure>`;
}

export interface BarShape {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** @param tip shown by a browser when the pointer rests on it. */
export function bar({ x, y, width, height }: BarShape, style: string, tip: string): string {
  return `<rect class="${style}" x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" rx="2"><title>${escapeHtml(tip)}</title></rect>`;
}

export function label(x: number, y: number, text: string, style = ''): string {
  return `<text class="${`t ${style}`.trim()}" x="${short(x)}" y="${short(y)}">${escapeHtml(text)}</text>`;
}

export function baseline(y: number): string {
  return `<path class="axis" d="M0 ${short(y)}H${CHART_WIDTH}"/>`;
}

/** Two decimals are a hundredth of a pixel. */
const short = (value: number): number => Math.round(value * 100) / 100;

/** `1.2k` above a narrow bar; the exact number is in its tip. */
export function brief(count: number): string {
  if (count < 10_000) return grouped(count);
  const [unit, size] = count < 1e6 ? (['k', 1e3] as const) : (['M', 1e6] as const);
  const value = count / size;
  return `${value < 100 ? value.toFixed(1) : Math.round(value)}${unit}`;
}

/** A colour and what it stands for. */
export function key(style: string, text: string): string {
  return `<span class="key"><i class="${style}"></i>${escapeHtml(text)}</span>`;
}
