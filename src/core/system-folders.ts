/**
 * Folders that a system keeps beside pictures, for thumbnails, deleted files or copies of metadata: of Synology's DSM
 * (`@eaDir`, `#recycle`), Windows, macOS (`.Trashes`; `__MACOSX` in its zips) and Android or Linux desktops.
 */
const SYSTEM_FOLDERS = ['@eaDir', '#recycle', '$RECYCLE.BIN', '.Trashes', '__MACOSX', '.thumbnails'];

const BY_LOWER_CASE = new Map(SYSTEM_FOLDERS.map((name) => [name.toLowerCase(), name]));

/** Whether a folder of this name is one of a system's; case does not matter: Windows writes `$Recycle.Bin` too. */
export function isSystemFolder(name: string): boolean {
  return BY_LOWER_CASE.has(name.toLowerCase());
}

/** The path up to the outermost of a system's folders that a file is in; undefined where it is in none. */
export function systemFolderAround(file: string): string | undefined {
  const folders = file.split('/').slice(0, -1);
  const at = folders.findIndex(isSystemFolder);
  return at === -1 ? undefined : folders.slice(0, at + 1).join('/');
}

/** `12 @eaDir, 1 #recycle`. @param folders their paths. */
export function countSystemFolders(folders: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const folder of folders) {
    const name = folder.slice(folder.lastIndexOf('/') + 1);
    const known = BY_LOWER_CASE.get(name.toLowerCase()) ?? name;
    counts.set(known, (counts.get(known) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}
