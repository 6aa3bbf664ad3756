import { setTimeout as pause } from 'node:timers/promises';
import { Ledger } from './ledger.ts';
import type { Line } from './protocol.ts';
import { Random } from './random.ts';
import type { Target, Trial, Writer } from './trial.ts';
import { Victim } from './victim.ts';

/** What is to be done. */
export interface Plan {
  readonly kills: number;
  readonly seed: number;
  /** An empty directory. */
  readonly directory: string;
  readonly progress: (kills: number) => void;
}

/** What came of it. */
export interface Outcome {
  readonly target: string;
  readonly kills: number;
  readonly seed: number;
  /** Operations that were acknowledged, and those that were under way when their writer died. */
  readonly acknowledged: number;
  readonly unanswered: number;
  /** How often everything was looked at after a kill. */
  readonly looks: number;
  /** Writers that died at a place of their own choice, by place; the others were killed at any instruction. */
  readonly places: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
  readonly seconds: number;
}

/** Milliseconds that a writer works at the most before it is killed. */
const LONGEST_LIFE = 150;
/** The part of the writers that is killed while they start, which is when they recover what the last one left. */
const KILLED_YOUNG = 0.15;
const LONGEST_YOUTH = 150;
/** Milliseconds after which a process that says nothing counts as hanging. */
const HANGING = 60_000;
const TIME_PER_KILL = 2_000;
const MAX_FAULTS = 20;

/** Kills writers at random moments, as often as planned, and looks each time whether what they were promised holds. */
export async function runCampaign(target: Target, plan: Plan): Promise<Outcome> {
  const startedAt = performance.now();
  const progress: Progress = {
    killsLeft: plan.kills,
    kills: 0,
    looks: 0,
    places: {},
    faults: [],
    giveUpAt: startedAt + HANGING + plan.kills * TIME_PER_KILL,
    tell: plan.progress,
  };
  const lives = target.trials(plan.directory, plan.seed).flatMap((trial, number) => {
    const count = new SharedCount();
    const writers = Array.from({ length: trial.writers }, (_, writer) => writer);
    return writers.map((writer) => new Lives(trial, writer, count, new Random(plan.seed, number, writer), progress));
  });
  await Promise.all(lives.map((each) => each.run()));
  // Only now is nobody writing any more, so that the counter can be exact.
  await Promise.all(lives.map((each) => each.lookAtTheEnd()));
  const sum = (of: 'acknowledged' | 'unanswered'): number => lives.reduce((all, { ledger }) => all + ledger[of], 0);
  return {
    target: target.name,
    kills: progress.kills,
    seed: plan.seed,
    acknowledged: sum('acknowledged'),
    unanswered: sum('unanswered'),
    looks: progress.looks,
    places: progress.places,
    faults: progress.faults.slice(0, MAX_FAULTS),
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  };
}

interface Progress {
  /** Kills that nobody has set out to do yet, and those that are done. */
  killsLeft: number;
  kills: number;
  looks: number;
  readonly places: Record<string, number>;
  readonly faults: string[];
  readonly giveUpAt: number;
  readonly tell: (kills: number) => void;
}

/** Steps of the counter that all writers of a trial share. */
class SharedCount {
  begun = 0;
  acknowledged = 0;
}

/** The lives of one writer, one after the other. */
class Lives {
  readonly ledger: Ledger;
  readonly #trial: Trial;
  readonly #writer: number;
  readonly #count: SharedCount;
  readonly #random: Random;
  readonly #progress: Progress;
  #generation = 0;
  /** Steps acknowledged when the present life began: it must find at least those. */
  #counted = 0;
  #writing: () => void = () => {};
  /** Tells that the present life ends by itself. */
  #dying: () => void = () => {};

  constructor(trial: Trial, writer: number, count: SharedCount, random: Random, progress: Progress) {
    this.ledger = new Ledger((key) => trial.mayVanish(key));
    this.#trial = trial;
    this.#writer = writer;
    this.#count = count;
    this.#random = random;
    this.#progress = progress;
  }

  async run(): Promise<void> {
    const progress = this.#progress;
    while (progress.killsLeft > 0 && progress.faults.length === 0) {
      if (performance.now() > progress.giveUpAt) return this.#fault('The time is over.');
      progress.killsLeft -= 1;
      if (!(await this.#liveAndDie())) return;
      progress.kills += 1;
      progress.tell(progress.kills);
    }
  }

  async lookAtTheEnd(): Promise<void> {
    if (this.#progress.faults.length > 0) return;
    const looksBefore = this.#progress.looks;
    const victim = this.#start(true);
    const inTime = await Promise.race([victim.ended.then(() => true), pause(HANGING, false, { ref: false })]);
    if (!inTime) victim.kill();
    if (!inTime || this.#progress.looks === looksBefore) this.#fault(victim.failure ?? 'The last look did not end.');
    if (this.ledger.acknowledged === 0) this.#fault('The writer never acknowledged anything.');
  }

  /** Whether it went as it should. */
  async #liveAndDie(): Promise<boolean> {
    const writing = new Promise<boolean>((resolve) => {
      this.#writing = () => resolve(true);
    });
    const dieYoung = this.#random.next() < KILLED_YOUNG;
    const life = this.#random.next() * (dieYoung ? LONGEST_YOUTH : LONGEST_LIFE);
    let diedByItself = false;
    const victim = this.#start(false);
    this.#dying = () => {
      diedByItself = true;
      victim.killsItself();
    };
    const ended = victim.ended.then(() => false);
    const hanging = new AbortController();
    const grown = dieYoung
      ? true
      : await Promise.race([writing, ended, pause(HANGING, undefined, { signal: hanging.signal }).catch(() => true)]);
    hanging.abort();
    if (grown === true) await Promise.race([pause(life), ended]);
    victim.kill();
    await victim.ended;
    this.ledger.died();
    const { failure } = victim;
    if (failure !== undefined) this.#fault(failure);
    else if (grown === undefined) this.#fault('The writer did not begin to write.');
    return failure === undefined && (grown === true || diedByItself);
  }

  #start(looksOnly: boolean): Victim {
    this.#counted = this.#count.acknowledged;
    const writer: Writer = { writer: this.#writer, generation: this.#generation, looksOnly };
    this.#generation += 1;
    return new Victim(this.#trial.command(writer), (line) => this.#hear(line, looksOnly));
  }

  #hear(line: Line, atTheEnd: boolean): void {
    if (line.is === 'begin') this.ledger.begin(line.id, line.what, line.changes);
    else if (line.is === 'end') this.ledger.end(line.id, line.changes);
    else if (line.is === 'counting') this.#count.begun += 1;
    else if (line.is === 'counted') this.#count.acknowledged += 1;
    else if (line.is === 'writing') this.#writing();
    else if (line.is === 'fault') this.#fault(line.text);
    else if (line.is === 'dying') this.#died(line.at);
    else this.#looked(line, atTheEnd);
  }

  #died(place: string): void {
    const { places } = this.#progress;
    places[place] = (places[place] ?? 0) + 1;
    this.#dying();
  }

  #looked({ found, problems, count }: Extract<Line, { is: 'looked' }>, atTheEnd: boolean): void {
    this.#progress.looks += 1;
    for (const problem of problems) this.#fault(`check() finds: ${problem}`);
    for (const wrong of this.ledger.compare(found)) this.#fault(wrong);
    if (!this.#trial.counts) return;
    const tooMany = atTheEnd && count > this.#count.begun;
    if (count < this.#counted || tooMany) {
      this.#fault(`The shared counter is ${count}; acknowledged ${this.#counted}, begun ${this.#count.begun}.`);
    }
  }

  #fault(text: string): void {
    this.#progress.faults.push(`${this.#trial.label}, writer ${this.#writer}, life ${this.#generation}: ${text}`);
  }
}
