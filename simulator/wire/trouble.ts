import type { FaultRule } from "./faults.ts";

/** Chooses the fault of each request of one device; the rules may be changed while it runs. */
export interface Trouble {
  /** To be called once a request: the first rule that applies to it. */
  next(): FaultRule | undefined;
  /** The requests of a rule are counted from here on. */
  set(rules: readonly FaultRule[]): void;
  readonly random: () => number;
}

export function trouble(rules: readonly FaultRule[], random: () => number): Trouble {
  let current = rules;
  let asked = 0;
  const applies = ({ probability, requests }: FaultRule): boolean => {
    if (requests !== undefined && (asked < requests[0] || asked > requests[1])) return false;
    return probability === undefined || random() < probability;
  };
  return {
    random,
    next: () => {
      asked += 1;
      return current.find(applies);
    },
    set: (next) => {
      current = next;
      asked = 0;
    },
  };
}
