import path from 'node:path';
import { isDiskFault, reasonOf } from '../core/system-fault.js';
import { codeOf } from '../core/thrown.js';
import { FatalError, ImageError, InterruptedError } from '../errors.js';
import { OddFileError } from './plain-file.js';

/**
 * Sorts a failed write, or a failed removal: the disk's fault ends the run, a path's fault is one picture's.
 */
export function writeFault(error: unknown, target: string, verb: 'write' | 'remove' = 'write'): Error {
  if (error instanceof ImageError || error instanceof FatalError || error instanceof InterruptedError)
    return error;
  if (isDiskFault(error))
    return unusable(`Cannot write to ${path.dirname(target)}: ${reasonOf(error)}`, error);
  const what = `Cannot ${verb} ${path.basename(target)}: ${reasonInRecord(error)}`;
  return new ImageError('WRITE_FAILED', what, 'write');
}

/** Without the folder that the run was made in, for a record's sake. */
function reasonInRecord(error: unknown): string {
  if (!(error instanceof OddFileError)) return reasonOf(error);
  return `${path.basename(error.place)} is ${error.kind}, which is neither followed nor replaced`;
}

/** For a file that belongs to the whole run: whatever is wrong with it ends the run. A signal that ends it is no fault. */
export function fatalWriteFault(error: unknown, target: string): FatalError | InterruptedError {
  if (error instanceof FatalError || error instanceof InterruptedError) return error;
  if (error instanceof OddFileError) return oddFile(error);
  if (error instanceof ImageError) return unusable(error.message, error);
  return unusable(`Cannot write ${target}: ${reasonOf(error)}`, error);
}

/** For something in the output folder that no run of facetag has put there. */
function oddFile({ place, kind }: OddFileError): FatalError {
  return new FatalError(
    'OUTPUT_UNUSABLE',
    `${place} is ${kind}. Nothing below an output folder is reached through links, and only plain files are replaced: ` +
      'remove it, or choose another folder with -o',
  );
}

function unusable(what: string, cause: unknown): FatalError {
  const remedy = 'Free or change it and run the same command again: finished pictures are kept';
  return new FatalError('OUTPUT_UNUSABLE', `${what}. ${remedy}`, { cause });
}

export function unreadable(error: unknown): ImageError {
  if (codeOf(error) === 'EISDIR') return notAFile();
  return new ImageError('UNREADABLE', `Cannot read the file: ${reasonOf(error)}`, 'discover');
}

export function notAFile(): ImageError {
  return new ImageError('NOT_A_FILE', 'Not a regular file', 'discover');
}

/** For what must be read before a run can go on. */
export function fatalReadFault(error: unknown, place: string): FatalError {
  if (error instanceof FatalError) return error;
  if (error instanceof OddFileError) return oddFile(error);
  return new FatalError('OUTPUT_UNUSABLE', `Cannot read ${place}: ${reasonOf(error)}`, { cause: error });
}
