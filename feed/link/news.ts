import { linkFaults } from "./faults.ts";

/** What a person is told of a link that is not up. */
export interface LinkNews {
  /** The first failure and each of another kind are warnings, since the link may never come up; the same again is not. */
  failed(failure: { readonly code: string; readonly detail: string }): {
    readonly level: "warn" | "debug";
    readonly said: { readonly code: string; readonly detail: string; readonly hint: string };
  };
  /** It is up: the next failure is news again. */
  up(): void;
}

export function linkNews(): LinkNews {
  let last: string | undefined;
  return {
    failed: ({ code, detail }) => {
      const level = code === last ? "debug" : "warn";
      last = code;
      const hint = Object.hasOwn(linkFaults, code) ? linkFaults[code as keyof typeof linkFaults].hint : "";
      return { level, said: { code, detail, hint } };
    },
    up: () => {
      last = undefined;
    },
  };
}
