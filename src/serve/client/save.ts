/** Addresses of what is being saved are needed a moment longer than the click. */
const KEPT_MS = 60_000;

/** Hands bytes to the browser, which saves them as a file. */
export function save(name: string, content: Blob | string, type = 'application/json'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, KEPT_MS);
}
