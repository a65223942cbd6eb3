/** Writes down, tag by tag, what was pushed and what each witness saw of it, for the checker. */
import { type Entry, findContradictions } from './check.ts';

export interface Recorder {
  /** A push begins. `digest` null: it takes the tag away. */
  push(path: string, tag: string, digest: string | null): void;
  /** that were pushed to */
  paths(): string[];
  /** Everything that was pushed to a path so far and not taken away again: digest by tag. */
  pushed(path: string): ReadonlyMap<string, string>;
  /** Somebody who looks from the beginning on. What one saw is not compared with what another saw. */
  witness(name: string): Witness;
  /** What contradicts the pushes, a line each, with the history of the tag. */
  findContradictions(): string[];
  /** pushes so far, deletions too */
  readonly pushes: number;
}

export interface Witness {
  /** What was seen of a tag: a digest, or null for no such tag. Call it in the order in which it was seen. */
  saw(path: string, tag: string, digest: string | null): void;
}

const SHOWN = 60;

export function createRecorder(): Recorder {
  const pushed = new Map<string, Map<string, string>>();
  /** of every tag, by witness */
  const stories = new Map<string, Map<string, Entry[]>>();
  let pushes = 0;

  return {
    push(path, tag, digest) {
      const tags = pushed.get(path) ?? new Map<string, string>();
      pushed.set(path, tags);
      if (digest === null) tags.delete(tag);
      else tags.set(tag, digest);

      for (const story of stories.values()) entriesOf(story, path, tag).push({ kind: 'pushed', digest });
      pushes += 1;
    },
    paths: () => [...pushed.keys()],
    pushed: (path) => pushed.get(path) ?? new Map(),
    witness(name) {
      const story = new Map<string, Entry[]>();
      stories.set(name, story);
      return {
        saw(path, tag, digest) {
          const entries = entriesOf(story, path, tag);
          const last = entries.at(-1);
          if (last?.kind !== 'pulled' || last.digest !== digest) entries.push({ kind: 'pulled', digest });
        },
      };
    },
    findContradictions: () =>
      [...stories].flatMap(([name, story]) =>
        [...story].flatMap(([key, entries]) =>
          findContradictions(entries).map((what) => `${key} ${what} (${name}: ${tell(entries)})`),
        ),
      ),
    get pushes() {
      return pushes;
    },
  };
}

function entriesOf(story: Map<string, Entry[]>, path: string, tag: string): Entry[] {
  const key = `${path}:${tag}`;
  const entries = story.get(key) ?? [];
  story.set(key, entries);
  return entries;
}

/** `+ab12` a push, `-` one that takes the tag away, `ab12` a pull, `.` one that found nothing. */
function tell(entries: readonly Entry[]): string {
  const words = entries.slice(-SHOWN).map(({ kind, digest }) => {
    const name = digest?.replace('sha256:', '').slice(0, 4) ?? null;
    return kind === 'pushed' ? (name === null ? '-' : `+${name}`) : (name ?? '.');
  });
  return `${entries.length > SHOWN ? '… ' : ''}${words.join(' ')}`;
}
