import { type Cache, spaceOf } from '../../cache.ts';
import { invalidOption } from '../../errors.ts';
import { checkFunctions, checkOptions } from '../call-options.ts';
import { NodeRollup, type RollupOptions } from './rollup.ts';

/** Where settings are kept. */
export interface SettingsSource<S extends object> {
  /** Reads all that differ from the defaults. */
  readonly load: () => Partial<S> | Promise<Partial<S>>;
  /** Writes one. */
  readonly save: <N extends keyof S & string>(name: N, value: S[N]) => unknown;
  /** Removes one, so that the default counts. Without it, `reset` is refused with `ERR_CACHE_OPTION`. */
  readonly remove?: (name: keyof S & string) => unknown;
}

/** Options of `settings`. */
export interface SettingsOptions<S extends object> extends RollupOptions {
  /** All settings there are, with what they are as long as nobody has set them. */
  readonly defaults: S;
}

/** Settings that are in memory on every node. Made by `settings`. */
export interface Settings<S extends object> {
  /** All of them, at once. */
  readonly current: Readonly<S>;
  /** One of them, at once. */
  get<N extends keyof S & string>(name: N): S[N];
  /** Saves one; it counts here when this resolves, and on other nodes as soon as they hear of it. @throws what the source throws */
  set<N extends keyof S & string>(name: N, value: S[N]): Promise<void>;
  /** Goes back to the default, in the same way. @throws what the source throws; CacheError `ERR_CACHE_OPTION` */
  reset(name: keyof S & string): Promise<void>;
  /** Loads them again, for when somebody else has changed them. @throws what the source throws */
  refresh(): Promise<void>;
  /** Ends it: they are not loaded any more. */
  close(): void;
}

/**
 * Settings of an application: read everywhere without waiting, refreshed on every node when one is written. Resolves when they are there.
 *
 * @throws what the source throws the first time; CacheError `ERR_CACHE_OPTION`
 * @example
 * const site = await settings(cache, { load: () => db.settings(), save: (name, value) => db.saveSetting(name, value) }, {
 *   key: 'site',
 *   defaults: { theme: 'light', pageSize: 20 },
 * });
 * site.get('pageSize'); // 20
 * await site.set('theme', 'dark');
 */
export async function settings<S extends object>(
  cache: Cache,
  source: SettingsSource<S>,
  options: SettingsOptions<S>,
): Promise<Settings<S>> {
  checkOptions(options, ['key', 'ttl', 'tags', 'loadTimeout', 'defaults']);
  const { load, save } = (source ?? {}) as Partial<SettingsSource<S>>;
  checkFunctions(source ?? {}, ['load', 'save', 'remove']);
  if (load === undefined || save === undefined)
    throw invalidOption('source', source, 'an object with `load` and `save`');
  const { defaults, ...rest } = options;
  if (typeof defaults !== 'object' || defaults === null) throw invalidOption('defaults', defaults, 'an object');
  const withDefaults = (saved: Partial<S>): S => {
    const names = Object.keys(defaults) as (keyof S)[];
    return Object.fromEntries(
      names.map((name) => [name, saved[name] === undefined ? defaults[name] : saved[name]]),
    ) as S;
  };
  // The defaults are added in memory, because a newer version of the application has others than the one that has cached.
  const all = new NodeRollup<Partial<S> & object, S>(cache, () => source.load(), rest, withDefaults);
  await all.start();

  function check(name: string): void {
    if (!Object.hasOwn(defaults, name)) throw invalidOption('name', name, Object.keys(defaults).join(', '));
  }

  /** Changes the source, and then what is in memory; also after a failure, because nobody knows whether it was done. */
  async function change(work: () => unknown, changed: Partial<S>): Promise<void> {
    let isDone = false;
    try {
      await work();
      isDone = true;
    } finally {
      await all.refresh().catch((error: unknown) => {
        spaceOf(cache).report('settings', error, options.key);
        if (isDone) all.replace({ ...all.current, ...changed });
      });
    }
  }

  return {
    get current() {
      return all.current;
    },
    get(name) {
      check(name);
      return all.current[name];
    },
    async set(name, value) {
      check(name);
      if (value === undefined) throw invalidOption('value', value, 'anything else; `reset` goes back to the default');
      await change(() => source.save(name, value), { [name]: value } as unknown as Partial<S>);
    },
    async reset(name) {
      check(name);
      const { remove } = source;
      if (remove === undefined) throw invalidOption('remove', remove, 'a function of the source');
      await change(() => source.remove?.(name), { [name]: defaults[name] } as unknown as Partial<S>);
    },
    async refresh() {
      await all.refresh();
    },
    close: () => all.close(),
  };
}
