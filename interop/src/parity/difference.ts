/** One thing in which an export of ours is not what theirs is. */
export interface Difference {
  /** The entry of both packages, such as `client`. */
  readonly entry: string;
  /** The name of the export. */
  readonly name: string;
  /** Where in its type: `.property`, `(0)` for a parameter, `()` for what is returned; empty for the export itself. */
  readonly at: string;
  /** What ours has and theirs has. */
  readonly what: string;
}

/** A difference that is meant to be, or several of one kind. */
export interface IntendedDifference {
  readonly entry: string;
  /** Names of exports, separated by blanks; `*` stands for any characters. */
  readonly names: string;
  /** As in {@link Difference}; `*` stands for any characters. The export itself by default. */
  readonly at?: string;
  readonly why: string;
}
