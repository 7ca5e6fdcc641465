/** Our side of `drain`, a process of its own: sends what a journal holds, as the agent does, until the mirror has it all. */
import { readFileSync } from "node:fs";
import { openJournal } from "../../agent/keep/open.ts";
import { startSending } from "../../agent/send/publisher.ts";
import { systemClock } from "../../drivers/clock.ts";
import { parsePolicy } from "../../feed/format/policy.ts";
import { openLink } from "../../feed/link.ts";

const [folder = "", policyFile = "", url = "", gateway = "", readings = ""] = process.argv.slice(2);
const policy = parsePolicy(readFileSync(policyFile, "utf8"));
if (!policy.ok) throw new Error(policy.problem.detail);
const journal = openJournal(folder);
const stop = new AbortController();
const link = openLink({ url, clientId: gateway });
let sent: number | undefined;
link.listen({
  topics: [],
  onUp: () => {
    sent ??= performance.now();
  },
});
const onFork = (fault: Error): never => {
  throw fault;
};
const parts = { shelf: journal, link, policy: policy.value, gateway, clock: systemClock, onFork };
const sending = startSending(parts, stop.signal);
if (!(await sending.drained(AbortSignal.timeout(120_000)))) throw new Error(`only ${journal.mirrored()} were taken`);
const seconds = (performance.now() - (sent ?? Number.NaN)) / 1000;
stop.abort();
await sending.running;
await link.close();
process.stdout.write(`${Math.round((journal.mirrored() * Number(readings)) / seconds)}\n`);
journal.close();
