import { PipeClosedError } from '../errors.js';
import type { ReportSink } from '../types.js';

/**
 * Machine data on stdout, with back pressure. `process.exit` is never called after it: that would cut off what a pipe
 * has not taken yet.
 */
export function openStandardOutput(stream: NodeJS.WriteStream = process.stdout): ReportSink {
  return new StandardOutput(stream);
}

class StandardOutput implements ReportSink {
  private closed = false;
  private wake: (() => void) | undefined;

  constructor(private readonly stream: NodeJS.WriteStream) {
    stream.on('drain', () => this.wake?.());
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      this.closed = true;
      this.wake?.();
    });
  }

  async write(text: string): Promise<void> {
    this.refuseClosed();
    if (this.stream.write(text)) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    this.refuseClosed();
  }

  private refuseClosed(): void {
    if (this.closed) throw new PipeClosedError('stdout was closed');
  }
}
