/** What stands for a value: `dir` of `-o, --output <dir>`, `packs` of `<packs...>`. Undefined for a switch. */
export function placeholderOf(usage: string): string | undefined {
  return /[<[]([^>\]]+?)(?:\.\.\.)?[>\]]/.exec(usage)?.[1];
}

/** Placeholders of values that are paths. */
const PLACES: Readonly<Record<string, 'file' | 'folder'>> = {
  dir: 'folder',
  folder: 'folder',
  folders: 'folder',
  output: 'folder',
  file: 'file',
  paths: 'file',
  path: 'file',
  // A moment, or a file that has it.
  when: 'file',
};

/** What of the file system a value is, told by its placeholder. @param usage of a flag or an operand. */
export function placeOf(usage: string): 'file' | 'folder' | undefined {
  return PLACES[placeholderOf(usage) ?? ''];
}
