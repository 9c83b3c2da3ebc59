/** Archives of pictures that are read member by member. */
export type ArchiveKind = 'tar' | 'tar.gz' | 'zip';

const ARCHIVE_NAME = /\.(?:(tar)|(tar\.gz|tgz)|(zip))$/i;

/** What kind of archive a file with this name (or path) is taken for; case does not matter. */
export function archiveKind(name: string): ArchiveKind | undefined {
  const [, tar, gzipped, zip] = ARCHIVE_NAME.exec(name) ?? [];
  if (tar !== undefined) return 'tar';
  if (gzipped !== undefined) return 'tar.gz';
  return zip === undefined ? undefined : 'zip';
}

export const isArchiveName = (name: string): boolean => ARCHIVE_NAME.test(name);

/** Patterns whose own end asks for archives: `*.tar`, `shard-*.tar.gz`, `*.{tar,zip}`. `photos/*` asks for pictures. */
const ARCHIVE_PATTERN = /(?:tar|tgz|tar\.gz|zip)[)}]*$/i;

export const asksForArchives = (pattern: string): boolean => ARCHIVE_PATTERN.test(pattern);

/**
 * The archives that a picture of this name may be in, outermost first: `a.zip` and `a.zip/b.tar` for `a.zip/b.tar/c.jpg`,
 * one of which may as well be a folder of that name.
 */
export function archivesAround(image: string): string[] {
  const around: string[] = [];
  for (let slash = image.indexOf('/'); slash !== -1; slash = image.indexOf('/', slash + 1)) {
    const name = image.slice(0, slash);
    if (isArchiveName(name)) around.push(name);
  }
  return around;
}
