import path from 'node:path';
import { usageError } from '../errors.js';
import type { TagPorts } from './tag-ports.js';

/**
 * A night's work must not end without its totals for a folder that was misspelt.
 *
 * @param output absolute: a folder that the run makes.
 * @throws {FatalError} USAGE.
 */
export function requireSummaryFile(
  { summary }: { readonly summary: string | undefined },
  output: string | undefined,
  ports: Pick<TagPorts, 'cwd' | 'unmetForWriting'>,
): void {
  if (summary === undefined) return;
  const unmet = ports.unmetForWriting(path.resolve(ports.cwd, summary), output);
  if (unmet !== undefined) throw usageError(unmet, '--summary', summary);
}
