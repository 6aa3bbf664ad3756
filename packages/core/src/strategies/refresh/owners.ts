import type { Loadable } from '../../loader.ts';
import type { Arguments } from '../call-options.ts';
import type { Items } from './items.ts';

/** Items whose types do not matter. */
export type AnyItems = Items<Arguments, Loadable, unknown>;

const byOwner = new WeakMap<object, AnyItems>();

/** The items behind a job, or behind what `refreshBehind` has made; `undefined` for anything else. */
export function itemsOf(owner: unknown): AnyItems | undefined {
  return (typeof owner === 'object' && owner !== null) || typeof owner === 'function' ? byOwner.get(owner) : undefined;
}

/** Makes items known to `itemsOf` as those of an owner. */
export function ownItems(owner: object, items: AnyItems): void {
  byOwner.set(owner, items);
}
