import { codeOf } from '../core/thrown.js';
import { escapeLines } from '../core/escape-controls.js';
import { FatalError, PipeClosedError } from '../errors.js';
import type { ReportSink } from '../ports.js';
import type { TextStream } from './log.js';
import { reasonOf } from '../core/system-fault.js';

/**
 * Machine data on stdout. A write resolves when the system has taken the text, so a slow reader slows the run down and a
 * full disk behind `>` is noticed. `process.exit` is never called after it: that would cut off what a pipe has not taken.
 */
export function openStandardOutput(stream: TextStream = process.stdout): ReportSink {
  // The writes tell of it; without a listener the error would end the process.
  stream.on('error', () => undefined);
  const terminal = stream.isTTY === true;
  return {
    terminal,
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(terminal ? escapeLines(text) : text, (error) => {
          if (error) reject(fault(error));
          else resolve();
        });
      }),
  };
}

function fault(error: Error): Error {
  if (codeOf(error) === 'EPIPE') return new PipeClosedError('stdout was closed');
  return new FatalError('OUTPUT_UNUSABLE', `Cannot write to stdout: ${reasonOf(error)}`, { cause: error });
}
