import { LoaderContext } from '../../loader.ts';

/**
 * What a source is told that knows no `null`: the same, unless what is being replaced is the note that there was no value.
 */
export function sourceContext<V>(context: LoaderContext<V | null>): LoaderContext<V> {
  if (context.stale === undefined || context.stale.value !== null) return context as LoaderContext<V>;
  return Object.create(LoaderContext.prototype, {
    signal: { get: () => context.signal },
    stale: { value: undefined },
    tag: { value: context.tag },
    lifetime: { value: context.lifetime },
  }) as LoaderContext<V>;
}
