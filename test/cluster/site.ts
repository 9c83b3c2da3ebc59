import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { repository } from '../shared.js';

const EXAMPLES = 'docs/examples/cluster';

/** A place where the examples of docs/examples/cluster run as they are, but for its paths and the number of shares. */
export class Site {
  /** With `facetag` on the path. */
  readonly env: Readonly<Record<string, string>>;

  /**
   * @param folder stands in for `/srv`.
   * @param shares stands in for 200.
   * @param settings of every facetag there, as its environment variables.
   */
  constructor(
    readonly folder: string,
    readonly shares: number,
    env: Readonly<Record<string, string>> = {},
    settings: Readonly<Record<string, string>> = {},
  ) {
    const commands = path.join(folder, '.bin');
    mkdirSync(commands);
    const bin = path.join(repository, 'bin/facetag.js');
    const set = Object.entries(settings).map(([name, value]) => `export ${name}=${value}\n`);
    writeFileSync(
      path.join(commands, 'facetag'),
      `#!/bin/sh\n${set.join('')}exec ${process.execPath} ${bin} "$@"\n`,
    );
    chmodSync(path.join(commands, 'facetag'), 0o755);
    this.env = { ...env, PATH: `${commands}:${env['PATH'] ?? ''}` };
  }

  at(name: string): string {
    return path.join(this.folder, name);
  }

  /** An example's text. */
  read(name: string): string {
    return this.readFrom(path.join(EXAMPLES, name));
  }

  /** The text of a file of the checkout. */
  readFrom(file: string): string {
    return readFileSync(path.join(repository, file), 'utf8')
      .replaceAll('/srv/', `${this.folder}/`)
      .replaceAll('200', `${this.shares}`);
  }

  /** Puts an example into the folder. @returns its path. */
  place(name: string): string {
    cpSync(path.join(repository, EXAMPLES, name), this.at(name));
    writeFileSync(this.at(name), this.read(name));
    return this.at(name);
  }
}
