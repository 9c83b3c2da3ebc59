import { watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import { codeOf } from '../core/thrown.js';
import type { FolderWatch } from '../ports.js';

/**
 * Hears of changes in folders from the system, with one watch a folder and none a file: as many files may lie in them as
 * there is room for. What the system does not tell of, on a network disk or for want of watches, is left to whoever looks
 * now and then.
 *
 * @param onUnable hears once why not all folders are watched.
 */
export function watchFolders(onUnable: (reason: string) => void): FolderWatch {
  return new SystemFolderWatch(onUnable);
}

/** The system's limits, and how to raise them. */
const LIMITS: Readonly<Record<string, string>> = {
  ENOSPC: 'the system has no watches left (sysctl fs.inotify.max_user_watches)',
  EMFILE: 'the system has no watchers left (sysctl fs.inotify.max_user_instances, or ulimit -n)',
};

class SystemFolderWatch implements FolderWatch {
  readonly #watchers = new Map<string, FSWatcher>();
  #changed = false;
  #isUnable = false;
  #cancelled = false;
  #wake: (() => void) | undefined;
  #wakesOnChange = false;

  constructor(private readonly onUnable: (reason: string) => void) {}

  watch(folders: ReadonlySet<string>): void {
    for (const folder of [...this.#watchers.keys()]) if (!folders.has(folder)) this.#drop(folder);
    for (const folder of folders) if (!this.#watchers.has(folder)) this.#add(folder);
  }

  async change(timeoutMs: number): Promise<void> {
    if (!this.#changed) await this.#sleep(timeoutMs, true);
    this.#changed = false;
  }

  async pause(ms: number): Promise<void> {
    await this.#sleep(ms, false);
  }

  cancel(): void {
    this.#cancelled = true;
    this.#wake?.();
  }

  close(): void {
    for (const folder of [...this.#watchers.keys()]) this.#drop(folder);
  }

  async #sleep(ms: number, wakesOnChange: boolean): Promise<void> {
    if (this.#cancelled) return;
    this.#wakesOnChange = wakesOnChange;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  #add(folder: string): void {
    if (this.#isUnable) return;
    try {
      const watcher = watch(folder, (_, name) => {
        // The name of the folder itself: it was moved or removed, and another may be in its place by now.
        if (name === path.basename(folder)) this.#drop(folder);
        this.#note();
      });
      watcher.on('error', () => {
        this.#drop(folder);
        this.#note();
      });
      this.#watchers.set(folder, watcher);
      // What came into the folder before it was watched has to be looked for.
      this.#note();
    } catch (error) {
      const reason = LIMITS[codeOf(error) ?? ''];
      // Otherwise it is gone already, or must not be read, which is told by those who list it.
      if (reason === undefined) return;
      this.#isUnable = true;
      this.onUnable(reason);
    }
  }

  #drop(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  #note(): void {
    this.#changed = true;
    if (this.#wakesOnChange) this.#wake?.();
  }
}
