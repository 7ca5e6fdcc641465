/** Polls without any answer after which a device is said to be lost. */
export const patience = 3;

/** Whether a device answers. `silent` is said once, after `patience` polls without any answer, not at each poll. */
export type Presence =
  | { readonly is: "unknown" }
  | { readonly is: "answering" }
  | { readonly is: "missing"; readonly polls: number }
  | { readonly is: "silent" };

export function nextPresence(was: Presence, heard: boolean, patience: number): Presence {
  if (heard) return { is: "answering" };
  if (was.is === "silent") return was;
  const polls = was.is === "missing" ? was.polls + 1 : 1;
  return polls < patience ? { is: "missing", polls } : { is: "silent" };
}

/** What the change is worth telling: an event entry and one line in the log. */
export function presenceEvent(was: Presence, next: Presence): "COMM_LOST" | "COMM_BACK" | undefined {
  if (next.is === "silent" && was.is !== "silent") return "COMM_LOST";
  if (next.is === "answering" && was.is === "silent") return "COMM_BACK";
  return undefined;
}
