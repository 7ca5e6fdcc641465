/** One attack of the table: what the attacker does, and the codes that must be among those it is reported by. */
export interface Attack {
  /** Its number in the table: T01 to T50, and further ones. */
  readonly id: string;
  readonly what: string;
  /** None: the honest case, which nothing is reported of. */
  readonly codes: readonly string[];
  /** Performs it and returns every code that was reported. */
  perform(): Promise<readonly string[]>;
}
