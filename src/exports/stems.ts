/** The first place in sorted texts at or behind which a text belongs. */
function placeOf(sorted: readonly string[], text: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A picture's path without its last ending: `a/b.tar` of `a/b.tar.jpg`. */
export function stemOf(image: string): string {
  const dot = image.lastIndexOf('.');
  return dot > image.lastIndexOf('/') + 1 ? image.slice(0, dot) : image;
}

/** Tells pictures apart by their stem where a format names its files after that. */
export class Stems {
  /** @param images every picture that there may be, sorted: nothing else is kept. */
  constructor(private readonly images: readonly string[]) {}

  /** Whether another picture has the same stem: `a.jpg` and `a.png`. */
  isShared(image: string): boolean {
    const stem = stemOf(image);
    if (image !== stem && this.has(stem)) return true;
    const { images } = this;
    for (let at = placeOf(images, `${stem}.`); images[at]?.startsWith(`${stem}.`); at += 1) {
      const other = images[at] ?? '';
      if (other !== image && stemOf(other) === stem) return true;
    }
    return false;
  }

  /** The stem, or the whole name where the stem would not be this picture's alone. */
  nameOf(image: string): string {
    return this.isShared(image) ? image : stemOf(image);
  }

  private has(image: string): boolean {
    return this.images[placeOf(this.images, image)] === image;
  }
}
