/** How many leading bytes `describeContent` wants to see. */
export const HEAD_BYTES = 512;

/**
 * What a file looks like that is no model at all; undefined when its beginning gives nothing away.
 * Public copies of model files are often an error page or the text that Git LFS keeps in their place.
 * @param head the first `HEAD_BYTES` bytes, or fewer when the file is shorter.
 */
export function describeContent(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, HEAD_BYTES)).toString(
    'latin1',
  );
  if (text.startsWith('version https://git-lfs.github.com/')) {
    return 'a Git LFS pointer, not the file it stands for';
  }
  if (/^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<(!doctype\s+)?html\b/is.test(text)) {
    return 'an HTML page';
  }
  return undefined;
}

/** What is known of a file that is not the wanted one. */
export interface WrongFile {
  readonly head: Uint8Array;
  readonly bytes: number;
  /** Lower-case hex; absent when it was not worth computing. */
  readonly sha256?: string;
}

/** Says, in words that finish "it is …", what a wrong file looks like. */
export function describeWrongFile(found: WrongFile, wanted: { bytes: number; sha256: string }): string {
  const content = describeContent(found.head);
  if (content !== undefined) return content;
  if (found.bytes < wanted.bytes) return `truncated at ${found.bytes} of ${wanted.bytes} bytes`;
  if (found.bytes > wanted.bytes) return `too long, ${found.bytes} bytes instead of ${wanted.bytes}`;
  return `of the right size but other content (sha256 ${found.sha256 ?? 'unknown'}, expected ${wanted.sha256})`;
}
