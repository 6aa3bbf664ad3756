/** A thing that must survive `kill -9`. */
export interface Target {
  readonly name: string;
  /** Makes everything ready in an empty directory. */
  trials(directory: string, seed: number): readonly Trial[];
  /** Ends what the target has started. */
  close?(): Promise<void>;
}

/** Some writers on the same data, each killed and started again. */
export interface Trial {
  readonly label: string;
  readonly writers: number;
  /** Whether keys may be gone although nobody removed them. */
  mayVanish(key: string): boolean;
  /** Whether the counter that all writers share must be exact. */
  readonly counts: boolean;
  /** The command line of a writer: a module, and what it is told. */
  command(writer: Writer): readonly [module: string, ...parameters: string[]];
}

/** One start of a writer. */
export interface Writer {
  readonly writer: number;
  /** How often it was started before. */
  readonly generation: number;
  /** It only looks, and ends by itself. */
  readonly looksOnly: boolean;
}
