import { type FaceMark, layoutAnnotation } from '../core/annotation.js';
import { PALETTE } from '../core/annotation/style.js';
import type { Canvas, CanvasFactory } from '../ports.js';
import type { BoundingBox, Face, Raster } from '../types.js';

/** A canvas is a copy: drawing in bands keeps 12 megapixels from costing their 36 MB three times over. */
const BAND_ROWS = 256;
const ONE_PIXEL: Raster = { data: Buffer.alloc(3), width: 1, height: 1 };

/**
 * Draws boxes and labels into the raster itself.
 *
 * @param faces boxes in pixels of the raster.
 */
export function annotate(raster: Raster, faces: readonly Face[], canvases: CanvasFactory): void {
  if (faces.length === 0) return;
  const all = withCanvas(canvases, ONE_PIXEL, (canvas) =>
    layoutAnnotation(raster, faces, canvas.textSize.bind(canvas)),
  );
  // Strokes that a canvas cuts off come out slightly different: every band is drawn with more rows than it keeps.
  const margin = Math.ceil(Math.max(...all.map(({ style }) => 2 * style.capHeight + style.outlineWidth)));
  for (let top = 0; top < raster.height; top += BAND_ROWS) {
    const bottom = Math.min(top + BAND_ROWS, raster.height);
    const marks = all.filter((mark) => reaches(mark, top, bottom));
    if (marks.length === 0) continue;
    const from = Math.max(0, top - margin);
    const band = rows(raster, from, Math.min(bottom + margin, raster.height));
    withCanvas(canvases, band, (canvas) => {
      draw(canvas, marks, from);
      rows(canvas.toRaster(), top - from, bottom - from).data.copy(rows(raster, top, bottom).data);
    });
  }
}

/** A view of rows `top` to `bottom`. */
function rows({ data, width }: Raster, top: number, bottom: number): Raster {
  return { data: data.subarray(top * width * 3, bottom * width * 3), width, height: bottom - top };
}

function withCanvas<T>(canvases: CanvasFactory, raster: Raster, use: (canvas: Canvas) => T): T {
  const canvas = canvases.open(raster);
  try {
    return use(canvas);
  } finally {
    canvas.release();
  }
}

/** Whether any part of the mark lies in rows `top` to `bottom`. */
function reaches({ frame, label, style }: FaceMark, top: number, bottom: number): boolean {
  const first = Math.min(frame.y1 - style.outlineWidth, label?.background.y1 ?? Infinity);
  const last = Math.max(frame.y2 + style.outlineWidth, label?.background.y2 ?? 0);
  return first < bottom && last >= top;
}

/** Frames before labels: a label is never crossed by a line. */
function draw(canvas: Canvas, marks: readonly FaceMark[], top: number): void {
  for (const { frame, style } of marks) {
    canvas.strokeRectangle(raised(frame, top), PALETTE.outline, style.outlineWidth);
  }
  for (const { frame, colour, style } of marks)
    canvas.strokeRectangle(raised(frame, top), colour, style.lineWidth);
  for (const { label, colour } of marks) {
    if (!label) continue;
    canvas.fillRectangle(raised(label.background, top), colour);
    const { textScale, textThickness } = label.style;
    for (const { text, origin } of label.lines) {
      const start = { x: origin.x, y: origin.y - top };
      canvas.text(text, start, PALETTE.text, textScale, textThickness);
    }
  }
}

function raised({ x1, y1, x2, y2 }: BoundingBox, by: number): BoundingBox {
  return { x1, y1: y1 - by, x2, y2: y2 - by };
}
