import { currentDependencies } from '../dependencies.ts';
import type { InvalidationLog } from '../invalidation/log.ts';
import type { RenderBlock } from './fragment.ts';
import { Job } from './job.ts';
import { findAll } from './lookup.ts';
import type { Markup } from './markup.ts';
import { Pass, type PassContext, runPass } from './pass.ts';
import type { Wanted } from './wanted.ts';

/**
 * Renders a page or a block. Its fragments are looked up after the template has run. Blocks that can run at any time are rendered
 * then; for those that can run only in place the template runs again, until all that is missing was rendered.
 *
 * @param began the positions that logs had when the data of the template may have been read, as far as that is known
 */
export async function renderMarkup(
  render: RenderBlock,
  context: PassContext,
  began: Map<InvalidationLog, number> = new Map(),
): Promise<Markup> {
  const jobs = new Map<string, Job>();
  const bell = new Bell();
  try {
    for (;;) {
      const due = withInner(jobs).filter(({ isOpen }) => isOpen);
      for (const job of due) job.rewind();
      const pass = new Pass(context, jobs, (work) => work(), began);
      const text = await runPass(pass, render);
      for (const job of due) job.expectWritten();
      await startNew([pass, ...passesOf(jobs)], bell.ring);
      if (await isComplete(jobs, bell)) return pass.assemble(text);
    }
  } catch (error) {
    // Others may wait for blocks that did run.
    for (const job of withInner(jobs).toReversed()) job.finish();
    for (const job of withInner(jobs)) job.abandon(error);
    throw error;
  }
}

/** Looks up the fragments that were not asked for before, all at once, and loads those that are missing. */
async function startNew(passes: readonly Pass[], changed: () => void): Promise<void> {
  const fresh: (readonly [pass: Pass, wanted: Wanted, job: Job])[] = [];
  for (const pass of passes) {
    for (const wanted of pass.wanted) {
      if (pass.jobs.has(wanted.id)) continue;
      const job = new Job(wanted);
      pass.jobs.set(wanted.id, job);
      pass.within(() => currentDependencies()?.hear(wanted.shelf.space.root.log));
      fresh.push([pass, wanted, job]);
    }
  }
  if (fresh.length === 0) return;
  const found = await findAll(fresh.map(([, wanted]) => wanted));
  const render = (wanted: Wanted): Promise<Markup> => renderMarkup(wanted.render, wanted.inside);
  for (const [pass, wanted, job] of fresh) {
    const began = pass.beganIn(wanted.shelf.space.root.log);
    pass.within(() => job.start(found.get(wanted), render, began, changed));
  }
}

/** Waits until every fragment is there, or until blocks have to run for that. */
async function isComplete(jobs: ReadonlyMap<string, Job>, bell: Bell): Promise<boolean> {
  for (;;) {
    // From the inside out: what ends here may be all that the one around it waits for.
    const every = withInner(jobs);
    for (const job of every.toReversed()) job.finish();
    if (every.some(({ isDue }) => isDue)) {
      // Others that began together come to the same point now.
      await new Promise((resolve) => setImmediate(resolve));
      return false;
    }
    const direct = [...jobs.values()];
    const failed = direct.find(({ failure }) => failure !== undefined);
    if (failed !== undefined) throw failed.failure?.error;
    if (direct.every(({ markup }) => markup !== undefined) && !every.some(({ isOpen }) => isOpen)) return true;
    await bell.rung();
  }
}

/** The jobs, each before those inside it. */
function withInner(jobs: ReadonlyMap<string, Job>): Job[] {
  return [...jobs.values()].flatMap((job) => [job, ...withInner(job.jobs)]);
}

function passesOf(jobs: ReadonlyMap<string, Job>): Pass[] {
  return withInner(jobs).flatMap(({ pass }) => pass ?? []);
}

/** Wakes who waits for a change. */
class Bell {
  #wake: () => void = () => {};

  readonly ring = (): void => this.#wake();

  rung(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
