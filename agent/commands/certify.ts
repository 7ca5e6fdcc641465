import { sectorById } from "../../config/sectors.ts";
import { daysAhead } from "../../config/site.ts";
import { shippedProfiles } from "../../drivers/catalogue.ts";
import { systemClock } from "../../drivers/clock.ts";
import { command, option, or } from "../../feed/command.ts";
import { Fault } from "../../feed/format/faults.ts";
import { journalPath } from "../agent.ts";
import { certifyMonth } from "../certify/certify.ts";
import { loadLogKey } from "../log-key.ts";
import { readPolicy } from "../policy.ts";
import { readRelease } from "../release.ts";
import { ends } from "./ends.ts";
import { readSite } from "./site.ts";

export const certify = command({
  name: "certify",
  about:
    "Certify a month: a signed statement of its key parameters, made of the journal alone, logged in it and sent to the service; and the bundle that proves it. The agent may be running.",
  takes: {
    config: option("--config FILE", "the site's configuration"),
    month: option("--month MONTH", "in the site's own time, such as 2026-10"),
    out: option("--out DIR", "the folder to write; it must be empty or not there yet"),
    why: or(option("--why TEXT", "replace the certificate that stands, for this reason"), undefined),
  },
  examples: [
    "certify --config site.yaml --month 2026-10 --out 2026-10",
    'certify --config site.yaml --month 2026-10 --out 2026-10-b --why "laboratory report corrected"',
  ],
  ends: ends.certify,
  run: async ({ config, month, out, why }) => {
    const site = readSite(config);
    const { certificate, plant, stack, state, quota } = site;
    if (certificate === undefined) throw new Fault("E_CERT_SETTING", `${config} has no \`certificate:\``);
    const policy = site.feed && readPolicy(site.feed.policy);
    const made = await certifyMonth({
      journalDir: journalPath(site),
      state,
      quotaBytes: quota,
      plant: { plant, stack, sector: certificate.sector, params: certificate.params },
      offset: daysAhead(site),
      month,
      out,
      why,
      policy: policy?.text,
      control: policy?.policy.control === undefined ? [] : [policy.policy.control],
      release: readRelease(shippedProfiles().replace(/\/drivers\/profiles$/, "")),
      zh: new Map(sectorById(certificate.sector).parameters.map(({ code, name }) => [code, name.zh])),
      signer: () => loadLogKey(site),
      now: () => systemClock.now().wall,
    });
    const { cert, params, range } = made.certificate;
    const valid = params.filter(({ value: [value] }) => value !== null).length;
    process.stdout.write(
      `${cert} ${made.issued ? "issued" : "stands already"}: ${valid} of ${params.length} parameters have a value, ` +
        `entries ${range[0]} to ${range[1] - 1}, ${made.countersigned ? "countersigned" : "not countersigned yet"}.\n` +
        `${out}: verify it with: cems-receiver verify ${out}\n`,
    );
    for (const code of certificate.missing) process.stdout.write(`not declared by this site: ${code}\n`);
    return 0;
  },
});
