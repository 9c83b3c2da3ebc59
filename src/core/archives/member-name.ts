/**
 * A member's name as a picture's: what extraction would make of it. Leading slashes, `.` and empty segments go, as tar and
 * unzip let them go.
 *
 * @returns undefined for a name that would lead out of the archive, or that no file can have.
 */
export function memberName(stored: string): string | undefined {
  if (stored.includes('\0')) return undefined;
  const segments = stored.split('/').filter((segment) => segment !== '' && segment !== '.');
  return segments.length === 0 || segments.includes('..') ? undefined : segments.join('/');
}

/** Whether a name, or a folder in it, starts with a dot: `__MACOSX/._a.jpg`. */
export function isHiddenName(name: string): boolean {
  return /(?:^|\/)\./.test(name);
}
