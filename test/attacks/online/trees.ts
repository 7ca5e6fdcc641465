/** Attacks with the log's key on the trees that a service is told of. */
import { type TestLog, testLog } from "../../feed/receiver/log.ts";
import { type TestService, testService } from "../../feed/receiver/service.ts";
import type { Performs } from "../attack.ts";

/** A log of 40 entries, of which 10 are mirrored and 20 are witnessed. */
async function begun(): Promise<{ log: TestLog; service: TestService }> {
  const log = testLog();
  log.add(40);
  const service = testService(log);
  await service.take("live", log.bundle(0, 10));
  await service.take("cp", log.commit(10, 20));
  return { log, service };
}

/** The same log up to `size`, and other entries from there on, under the same key. */
function rewritten(log: TestLog, size: number): TestLog {
  const other = testLog(log.signer, "other");
  other.entries.push(...log.entries.slice(0, size));
  other.add(log.entries.length - size);
  return other;
}
const bytesOf = (log: TestLog, from: number, to: number): Buffer[] =>
  log.entries.slice(from, to).map(({ bytes }) => bytes);

export const treeAttacks: Performs = {
  T31: async () => {
    const { log, service } = await begun();
    await service.take("cp", log.commit(0, 15));
    return service.refused;
  },
  T32: async () => {
    const { log, service } = await begun();
    await service.take("cp", rewritten(log, 12).commit(10, 20));
    return service.refused;
  },
  T40: async () => {
    const { log, service } = await begun();
    await service.take("cp", log.commit(15, 30));
    await service.take("live", log.bundle(20, 30, { entries: bytesOf(rewritten(log, 25), 20, 30) }));
    return service.refused;
  },
  T41: async () => {
    const { log, service } = await begun();
    const other = rewritten(log, 15);
    await service.take("live", log.bundle(10, 20, { entries: bytesOf(other, 10, 20) }));
    await service.take("live", other.bundle(10, 30, { old: 20 }));
    return service.refused;
  },
};
