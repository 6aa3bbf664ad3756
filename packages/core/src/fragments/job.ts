import { AsyncLocalStorage } from 'node:async_hooks';
import { currentDependencies } from '../dependencies.ts';
import type { Entry } from '../entry.ts';
import { CacheError } from '../errors.ts';
import type { Markup } from './markup.ts';
import { Pass, runBlock } from './pass.ts';
import type { Wanted } from './wanted.ts';

/** A load that waits until the engine comes to the block. */
interface Turn {
  readonly within: <T>(work: () => T) => T;
  readonly resolve: (markup: Markup) => void;
  readonly reject: (error: unknown) => void;
}

/** One fragment of a page or of a block on its way: found, loaded by somebody else, or to be rendered here. */
export class Job {
  /** The fragment, once it is there. */
  markup: Markup | undefined;
  /** Why it never will be. */
  failure: { readonly error: unknown } | undefined;
  /** What is known of the fragments in the block. */
  readonly jobs: Map<string, Job> = new Map();
  readonly #wanted: Wanted;
  #turn: Turn | undefined;
  #written: { readonly pass: Pass; readonly text: string } | undefined;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /**
   * Answers what was found, or loads.
   *
   * @param render makes the fragment, if that can be done at any time
   * @param began the position of the log when the data of the block may have been read
   * @param changed called when there is something new to know about the job
   */
  start(
    found: Entry | undefined,
    render: (wanted: Wanted) => Promise<Markup>,
    began: number,
    changed: () => void,
  ): void {
    const { shelf, key, id, options, renders } = this.#wanted;
    const { space, loads } = shelf;
    if (found !== undefined && space.isHit(found, space.root.clock.now())) {
      this.markup = space.answer(key, found) as Markup;
      return;
    }
    currentDependencies()?.hear(space.root.log);
    const loader = (): Promise<Markup> => (renders === 'any time' ? render(this.#wanted) : this.#waitForTurn(changed));
    void loads
      .getOrLoad<Markup>(key, id, shelf.isNear ? space.find(id) : found, loader, options, began)
      .then(
        (markup) => {
          this.markup = markup;
        },
        (error: unknown) => {
          this.failure = { error };
        },
      )
      .finally(changed);
  }

  /** Whether the block has to run here, and has not since `rewind`. */
  get isDue(): boolean {
    return this.#turn !== undefined && this.#written === undefined;
  }

  /** Whether a load waits for the block. */
  get isOpen(): boolean {
    return this.#turn !== undefined;
  }

  /** The run of the block, if there was one. */
  get pass(): Pass | undefined {
    return this.#written?.pass;
  }

  /** The engine has come to the block: runs it, if it is due. */
  write(render: () => string): void {
    const turn = this.#turn;
    if (turn === undefined || this.#written !== undefined) return;
    const pass = new Pass(this.#wanted.inside, this.jobs, turn.within);
    try {
      this.#written = { pass, text: turn.within(() => runBlock(pass, render)) };
    } catch (error) {
      this.abandon(error);
    }
  }

  /** Before the template runs again. */
  rewind(): void {
    this.#written = undefined;
  }

  /** Gives the load what the block has become, if all in it is there. */
  finish(): void {
    if (this.#turn === undefined || this.#written === undefined) return;
    const inside = [...this.jobs.values()];
    const failed = inside.find(({ failure }) => failure !== undefined);
    if (failed !== undefined) return this.abandon(failed.failure?.error);
    if (inside.some(({ markup, isOpen }) => markup === undefined || isOpen)) return;
    this.#turn.resolve(this.#written.pass.assemble(this.#written.text));
    this.#turn = undefined;
  }

  /** Fails the load that waits, if one does. */
  abandon(error: unknown): void {
    this.#turn?.reject(error);
    this.#turn = undefined;
  }

  /** Fails the load if the engine did not come to the block. */
  expectWritten(): void {
    if (!this.isDue) return;
    const message = 'A template printed a cached block once and not again; allowed: what prints the same each time.';
    this.abandon(new CacheError('ERR_CACHE_PLACE', message));
  }

  #waitForTurn(changed: () => void): Promise<Markup> {
    return new Promise((resolve, reject) => {
      this.#turn = { within: AsyncLocalStorage.snapshot(), resolve, reject };
      changed();
    });
  }
}
