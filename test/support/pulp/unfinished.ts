/** Versions that Pulp is still making, or began and never finished: `complete` is false. */
import { latestOf, type Repository, type State, type Version } from './state.ts';

/** A version taken back to what it was before it was finished. */
export interface Unfinished {
  /** It is finished now, unless another one took its place. */
  finish(): void;
}

/** The repository that has begun this version. */
export function findUnfinished(state: State, id: string): { repository: Repository; version: Version } | null {
  for (const repository of state.repositories.values()) {
    if (repository.unfinished?.id === id) return { repository, version: repository.unfinished };
  }
  return null;
}

/** Takes back the latest version. */
export function unfinish(state: State, repository: Repository): Unfinished {
  const version = latestOf(repository);
  repository.versions = repository.versions.filter((one) => one !== version);
  repository.nextNumber = version.number;
  repository.unfinished = version;
  return {
    finish() {
      if (repository.unfinished !== version) return;
      repository.unfinished = null;
      repository.nextNumber += 1;
      repository.versions.push(version);
      repository.updatedAt = state.now();
    },
  };
}
