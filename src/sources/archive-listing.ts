import { archiveKind } from '../core/archives/kind.js';
import { isHiddenName, memberName } from '../core/archives/member-name.js';
import { countOf } from '../core/count-of.js';
import { isPictureName, unreadExtension } from '../core/picture-name.js';
import { escapeControls } from '../core/escape-controls.js';
import type { ArchiveMember } from '../ports.js';

/** What is not taken of an archive, each with how many of it there are and the first. */
const REASONS = {
  unsafe: ['picture whose name leads out of it', 'pictures whose names lead out of it'],
  link: ['link', 'links'],
  special: ['device or FIFO', 'devices or FIFOs'],
  sparse: ['sparse file', 'sparse files'],
  nested: ['archive in it', 'archives in it'],
} as const;

type Reason = keyof typeof REASONS;

/** The pictures of an archive, as its members are met. */
export class ArchiveListing {
  /** By their names as pictures. Of members of one name the last counts, as it is what extraction leaves. */
  readonly members = new Map<string, ArchiveMember>();
  /** Files that look like pictures or videos and are not read, by extension. */
  readonly unread: Record<string, number> = {};
  #repeated = 0;
  readonly #left = new Map<Reason, { count: number; readonly first: string }>();

  /** How many pictures have a name that no record can have. */
  get unsafe(): number {
    return this.#left.get('unsafe')?.count ?? 0;
  }

  take(member: ArchiveMember): void {
    const { name: stored, kind } = member;
    if (!isPictureName(stored)) {
      if (archiveKind(stored) !== undefined) this.#leave('nested', stored);
      else this.#notRead(stored);
      return;
    }
    const name = memberName(stored);
    if (name === undefined) this.#leave('unsafe', stored);
    else if (kind !== 'file') this.#leave(kind, stored);
    else {
      if (this.members.has(name)) this.#repeated += 1;
      this.members.set(name, member);
    }
  }

  /** What a person should know, each in one line that follows the archive's name. */
  get notes(): string[] {
    const notes = [...this.#left].map(([reason, { count, first }]) => {
      const [one, several] = REASONS[reason];
      const what = countOf(count, one, several);
      return `${what} not read (${escapeControls(first)}${count > 1 ? ', …' : ''})`;
    });
    if (this.#repeated === 0) return notes;
    return [...notes, `${countOf(this.#repeated, 'member')} left out for a later one of the same name`];
  }

  #leave(reason: Reason, name: string): void {
    const left = this.#left.get(reason);
    if (left) left.count += 1;
    else this.#left.set(reason, { count: 1, first: name });
  }

  #notRead(name: string): void {
    const extension = unreadExtension(name);
    if (extension !== undefined && !isHiddenName(name))
      this.unread[extension] = (this.unread[extension] ?? 0) + 1;
  }
}
