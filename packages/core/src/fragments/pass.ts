import { AsyncLocalStorage } from 'node:async_hooks';
import { currentDependencies } from '../dependencies.ts';
import type { InvalidationLog } from '../invalidation/log.ts';
import type { Job } from './job.ts';
import { joinMarkup, type Markup, type MarkupPart } from './markup.ts';
import { Marks } from './marks.ts';
import type { Wanted } from './wanted.ts';

/** A cached block that is being rendered, and what it may read of one user's. */
export interface Block {
  readonly name: string;
  readonly allow: ReadonlySet<string>;
  /** The cached block that it is a part of. */
  readonly around: Block | undefined;
  /** Tells of a local that the block must not read. */
  readonly refuse: (local: string) => void;
}

/** What is common to all passes of a page. */
export interface PassContext {
  /** The cached block whose content is rendered; `undefined` for the page itself. */
  readonly block: Block | undefined;
  readonly locale: string | undefined;
}

/** What a mark stands for: a fragment that is still looked for, something that is there already, or a hole. */
type Slot = { readonly wanted: Wanted } | { readonly part: MarkupPart };

/**
 * One run of a template or of a block. Fragments that are not at hand leave a mark in the text and are looked up together
 * after it.
 */
export class Pass {
  readonly context: PassContext;
  /** What is known of the fragments directly in it, from earlier runs too. */
  readonly jobs: Map<string, Job>;
  /** Runs something as a part of what is being made: what it reads from a cache rises to that. */
  readonly within: <T>(work: () => T) => T;
  readonly #marks = new Marks<Slot>();
  readonly #began: Map<InvalidationLog, number>;
  #fail: ((error: unknown) => void) | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @param began what is known of `beganIn` from earlier runs */
  constructor(
    context: PassContext,
    jobs: Map<string, Job>,
    within: <T>(work: () => T) => T,
    began: Map<InvalidationLog, number> = new Map(),
  ) {
    this.context = context;
    this.jobs = jobs;
    this.within = within;
    this.#began = began;
  }

  /** Leaves a mark for a fragment. */
  want(wanted: Wanted): string {
    return this.#marks.place({ wanted });
  }

  /**
   * The position that `log` had when the data of the blocks may have been read, which is before the engine came to them: when the page
   * began or what is being made around it.
   */
  beganIn(log: InvalidationLog): number {
    const known = this.#began.get(log);
    if (known !== undefined) return known;
    const began = currentDependencies()?.beganIn(log) ?? log.head;
    if (log.ready === undefined) this.#began.set(log, began);
    return began;
  }

  /** The text to print for something that is there: plain HTML as it is. */
  put(part: MarkupPart): string {
    return typeof part === 'string' ? part : this.#marks.place({ part });
  }

  /** Ends the run with an error, for engines that would change it or lose it. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#fail?.(error);
  }

  /** What the engine prints, or the error of `fail`. */
  async run(render: () => string | Promise<string>): Promise<string> {
    const text = await new Promise<string>((resolve, reject) => {
      this.#fail = reject;
      Promise.resolve(render()).then(resolve, reject);
    });
    if (this.#failure !== undefined) throw this.#failure.error;
    return String(text);
  }

  /** The same, at once. */
  runNow(render: () => string): string {
    try {
      return render();
    } catch (error) {
      throw this.#failure === undefined ? error : this.#failure.error;
    }
  }

  /** The fragments that left a mark. */
  get wanted(): Wanted[] {
    return this.#marks.items.flatMap((slot) => ('wanted' in slot ? [slot.wanted] : []));
  }

  /** The markup that the text becomes when all fragments are there. */
  assemble(text: string): Markup {
    const parts = this.#marks.split(text).map((part): MarkupPart => {
      if (typeof part === 'string') return part;
      return 'wanted' in part.item ? (this.jobs.get(part.item.wanted.id)?.markup ?? '') : part.item.part;
    });
    return joinMarkup(parts);
  }
}

const storage = new AsyncLocalStorage<Pass>();
let open = 0;

/** The pass that the code which is running belongs to. */
export function currentPass(): Pass | undefined {
  return open === 0 ? undefined : storage.getStore();
}

/** Runs an engine in a pass. Like a collection of dependencies it ends, because contexts make every `await` slower. */
export async function runPass(pass: Pass, render: () => string | Promise<string>): Promise<string> {
  open += 1;
  try {
    return await storage.run(pass, () => pass.run(render));
  } finally {
    open -= 1;
    if (open === 0) storage.disable();
  }
}

/** Runs a block in a pass, while the pass around it runs. */
export function runBlock(pass: Pass, render: () => string): string {
  return storage.run(pass, () => pass.runNow(render));
}

/** Runs the work of a tag. Engines make other errors of those that it throws; the page fails with the one that was thrown. */
export function runTag<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    currentPass()?.fail(error);
    throw error;
  }
}
