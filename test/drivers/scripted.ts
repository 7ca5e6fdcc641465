import type { Planned } from "../../drivers/asked.ts";
import type { Clock } from "../../drivers/clock.ts";
import type { Bus, BusFailure, Exchange } from "../../drivers/driver.ts";
import { millis } from "../../feed/format/vocabulary.ts";

/** What comes of one question: after so long, an answer, a refusal, or why there is neither. */
export interface Act {
  readonly ms: number;
  readonly failure?: BusFailure["code"];
  readonly exception?: number;
}

export const answers: Act = { ms: 10 };
export const silentFor = (ms: number): Act => ({ ms, failure: "E_BUS_TIMEOUT" });
export const refuses = (exception: number): Act => ({ ms: 10, exception });

/** A line on which each question, a word, takes its time on the clock and comes to what `act` says. */
export function scriptedLine(clock: Clock, act: (question: string) => Act) {
  const asked: { readonly question: string; readonly at: number }[] = [];
  const bus: Bus<string> = {
    line: "scripted",
    transact: async (question, options) => {
      const sent = clock.now();
      asked.push({ question, at: sent.mono });
      const { ms, failure, exception } = act(question);
      await clock.sleepUntil(millis(sent.mono + ms), options?.signal);
      const times = { sent, received: clock.now() };
      if (failure !== undefined) return { ...times, failure: { code: failure, detail: "" } };
      const refusal: Pick<Exchange, "failure"> =
        exception === undefined ? {} : { failure: { code: "E_BUS_EXCEPTION", detail: "", exception } };
      return { ...times, reply: Buffer.from(question), ...refusal };
    },
    counters: () => ({ requests: 0, replies: 0, failures: {}, discardedBytes: 0, quarantines: 0, rebuilds: 0 }),
    close: async () => {},
  };
  return { bus, asked, words: () => asked.splice(0).map(({ question }) => question) };
}

/** The same line with a queue, earliest due first, that is kept silent for two deadlines after a reply that is missing or spoilt. */
export function oneAtATime(bus: Bus<string>, clock: Clock, deadlineMs: number): Bus<string> {
  const waiting: { readonly due: number; go(): void }[] = [];
  let taken = false;
  const turn = (due: number): Promise<void> =>
    new Promise((go) => {
      if (taken) waiting.push({ due, go });
      else go();
      taken = true;
    });
  const transact: Bus<string>["transact"] = async (question, options) => {
    await turn(options?.due ?? 0);
    const exchange = await bus.transact(question, options);
    const after =
      exchange.reply === undefined ? clock.sleepUntil(millis(clock.now().mono + 2 * deadlineMs)) : undefined;
    void Promise.resolve(after).then(() => {
      waiting.sort((a, b) => a.due - b.due);
      const next = waiting.shift();
      taken = next !== undefined;
      next?.go();
    });
    return exchange;
  };
  return { ...bus, transact };
}

/** A question for some points, one a letter; its halves are those of the word. */
export const word = (question: string, more: Partial<Planned<string>> = {}): Planned<string> => ({
  question,
  read: question,
  weight: question.length,
  points: Array.from(question, (id) => ({ id, form: "letter", decode: (reply) => reply.toString() })),
  halves: () => {
    const middle = Math.ceil(question.length / 2);
    return question.length < 2 ? [] : [word(question.slice(0, middle), more), word(question.slice(middle), more)];
  },
  ...more,
});
