import type { HttpCache } from './http-cache.ts';
import type { Lookup } from './lookup.ts';
import type { HttpRequest } from './request.ts';

/** Notes the status and all fields of an answer as they go out. */
export type NoteHead = (status: number, fields: readonly string[]) => void;

/** Learns from hits that the framework's way has answered. */
export interface HitLearner {
  /** What takes note of a hit that is being answered, if it is one to learn from. */
  learning(request: HttpRequest, http: HttpCache, hit: Lookup & { kind: 'hit' }): NoteHead | undefined;
}

const learners = new WeakMap<object, HitLearner>();

/** Has the hits of a cache and all its namespaces learned from; `root` is what they have in common. */
export function teach(root: object, learner: HitLearner): void {
  learners.set(root, learner);
}

/** Who learns from the hits of a cache, if anybody does. */
export function learnerOf(root: object): HitLearner | undefined {
  return learners.get(root);
}
