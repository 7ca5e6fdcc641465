import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { certifyMonth } from "../../../agent/certify/certify.ts";
import { exportBundle } from "../../../agent/keep/export.ts";
import { readJournal } from "../../../agent/keep/reader.ts";
import { signClose } from "../../../feed/cert/close.ts";
import { openCertificate, signCertificate } from "../../../feed/cert/form.ts";
import { notShown, shown, shownOfEntries } from "../../../feed/cert/limits.ts";
import { unbounded } from "../../../feed/format/epoch.ts";
import { checks } from "../../../feed/format/faults.ts";
import { newKeyPem, signerFromPem } from "../../../feed/format/note.ts";
import { formatPolicy } from "../../../feed/format/policy.ts";
import type { Register } from "../../../feed/format/registry.ts";
import { sha256 } from "../../../feed/format/tree.ts";
import { languages } from "../../../feed/language.ts";
import { chinese } from "../../../feed/receiver/reporting/codes.ts";
import { stepNumbers, stepOfCode } from "../../../feed/receiver/reporting/steps.ts";
import {
  noteWords,
  outcomeWords,
  reportWords,
  signerWords,
  stepWords,
} from "../../../feed/receiver/reporting/words.ts";
import { verifyFolder } from "../../../feed/receiver/verify.ts";
import { control, enter, log, october, optionsFor, origin, policy, receiptFor } from "../../agent/certify/october.ts";
import { root, runNode } from "../../support/program.ts";
import { tempDir } from "../../support/temporary.ts";
import { reportForm } from "./report-form.ts";

let plain: string;
let bundle: string;
let register: Register;

/** A month with its countersigned certificate and its close, and the same month as an export without. */
beforeAll(async () => {
  const dir = october();
  enter(dir, "20.5", "lab-17");
  const folder = tempDir(afterAll);
  [plain, bundle] = [join(folder, "plain"), join(folder, "bundle")];
  exportBundle(dir, plain, { policy: formatPolicy(policy) });
  await certifyMonth(optionsFor(dir, bundle));
  const cert = readFileSync(join(bundle, "cert.note"));
  const { note } = await receiptFor(dir, cert, { cleanup: afterAll });
  writeFileSync(join(bundle, "cert.note"), note ?? "");
  const open = openCertificate(cert, [log.vkey], [control.vkey]);
  if (!open.ok) throw new Error(open.problem.detail);
  const { certificate, text } = open.value;
  const [size, root] = certificate.close;
  const certs: [string, string][] = [[certificate.cert, sha256(Buffer.from(text)).toString("base64")]];
  const close = { origin, month: "2026-10", size, root, mirrored: size, certs, t: "2026-11-10T00:00:00.000Z" };
  writeFileSync(join(bundle, "close.note"), signClose(close, control));
  const journal = readJournal(dir);
  const genesis = journal.read(0, 1)[0]?.hash ?? Buffer.alloc(32);
  journal.close();
  const key = signerFromPem("reg.dqs.example.cn", 1, newKeyPem()).vkey;
  const row = { origin, gateway: "g1", genesis, keys: [unbounded(log.vkey)], after: null, next: null };
  register = { serial: 7, t: "2026-10-01T00:00:00.000Z", key, policy, logs: [row] };
});

const objectOf = (dir: string, by: Register | string | undefined, keyGiven = true) => {
  const lines: string[] = [];
  const exit = verifyFolder(dir, by, (line) => void lines.push(line), { json: true, keyGiven });
  return { exit, ...reportForm.parse(JSON.parse(lines.join("\n"))) };
};
const linesOf = (dir: string, by: Register | undefined, language?: (typeof languages)[number]): string[] => {
  const lines: string[] = [];
  verifyFolder(dir, by, (line) => void lines.push(line), { ...(language && { language }), keyGiven: true });
  return lines;
};
const outcomes = (dir: string, by: Register | string = register): string =>
  objectOf(dir, by === "keys.txt" ? undefined : by)
    .steps.map(({ is }) => ({ passed: "+", remarks: "r", failed: "F", "not-applicable": "." })[is])
    .join("");
/** A copy in which something was done. */
function attacked(from: string, attack: (dir: string) => void): string {
  const dir = join(tempDir(), "attacked");
  cpSync(from, dir, { recursive: true });
  attack(dir);
  return dir;
}
const change = (name: string, was: string, is: string) => (dir: string) => {
  const text = readFileSync(join(dir, name), "utf8");
  expect(text).toContain(was);
  writeFileSync(join(dir, name), text.replace(was, is));
};
const forge = (dir: string): void => {
  const open = openCertificate(readFileSync(join(dir, "cert.note")), [log.vkey], [control.vkey]);
  if (!open.ok) throw new Error(open.problem.detail);
  writeFileSync(join(dir, "cert.note"), signCertificate({ ...open.value.certificate, frames: 1 }, log));
};

describe("the fourteen steps", () => {
  //                                                       12345678901234
  test("of an export without certificate", () => {
    // The log began days before the service first cosigned it: that is told as a remark on its times.
    expect(outcomes(plain)).toBe("++.+++.r+....+");
    expect(outcomes(plain, "keys.txt")).toBe(".+.+++.r+....+");
    expect(outcomes(plain, join(plain, "keys.txt"))).toBe(".+.+++.r+....+");
  });

  test("of a month with its certificate and close", () => {
    expect(outcomes(bundle)).toBe("++++++++++++.+");
  });

  const attacks: readonly (readonly [string, boolean, (dir: string) => void, string, string])[] = [
    // An anchor after it names the tree as it was: the times fall with the entries.
    ["a changed value", false, change("leaves.jsonl", '["1.5","N"]', '["1.4","N"]'), "++.+FF.FF....+", "RAW_MISMATCH"],
    ["a changed value", true, change("leaves.jsonl", '["1.5","N"]', '["1.4","N"]'), "++F+FF+FF+++.+", "CERT_MANIFEST"],
    ["a line that is no entry", false, (dir) => appendFileSync(join(dir, "leaves.jsonl"), "x\n"), "", "REC_NONCANON"],
    ["another table", true, change("hourly.csv", "90.0", "91.0"), "++F+++++++++.+", "CERT_MANIFEST"],
    [
      "no proof that the log names it",
      true,
      (dir) => rmSync(join(dir, "cert.tlog-proof")),
      "++++++++++F+.+",
      "CERT_NOT_LOGGED",
    ],
    ["a certificate of other numbers", true, forge, "++++++F+F+FF.+", "CERT_VALUE"],
    [
      "a certificate that is none",
      true,
      change("cert.note", "cems-cert/v1", "cems-cert/v2"),
      "++.+++.++..F.+",
      "CERT_SYNTAX",
    ],
    ["no close", true, (dir) => rmSync(join(dir, "close.note")), "++++++.+++++.+", ""],
  ];
  test.each(attacks)("show %s (certificate: %s)", (_, isBundle, attack, wanted, code) => {
    const dir = attacked(isBundle ? bundle : plain, attack);
    const { verdict, exit, findings, steps } = objectOf(dir, register);
    if (wanted !== "") expect(outcomes(dir)).toBe(wanted);
    if (code === "") expect([verdict, exit]).toEqual(["VALID", 0]);
    else expect([verdict, exit, findings.some((one) => one.code === code)]).toEqual(["REFUSED", 2, true]);
    const told = steps.flatMap(({ codes }) => codes);
    expect([...told].sort()).toEqual(findings.map((one) => one.code).sort());
  });

  test("by keys that cannot be read fail at the policy, and none says that it passed", () => {
    const dir = attacked(bundle, (dir) => writeFileSync(join(dir, "keys.txt"), "nonsense\n"));
    expect(outcomes(dir, "keys.txt")).toBe(".F...........+");
  });

  test("say when the registry's own key was believed", () => {
    expect(objectOf(plain, register, false).steps[0]?.notes).toEqual(["compareKey"]);
    expect(objectOf(plain, register, true).steps[0]?.notes).toEqual([]);
  });
});

describe("the report", () => {
  test.each(languages)("in %s names the result, each step, who signed, and what is shown and not", (language) => {
    for (const [dir, shows, verdict] of [
      [bundle, shown, "VALID"],
      [plain, shownOfEntries, "VALID WITH REMARKS"],
    ] as const) {
      const text = linesOf(dir, register, language).join("\n");
      expect(text).toContain(reportWords[verdict][language]);
      for (const step of stepNumbers) expect(text).toContain(stepWords[step].title[language]);
      expect(text).toContain(shows[language]);
      expect(text).toContain(notShown[language]);
      expect(text).not.toMatch(/\{\w+\}|undefined|NaN|-Infinity/);
    }
  });

  test.each(languages)("in %s of a refused folder shows nothing, and says why in that language", (language) => {
    const dir = attacked(plain, change("leaves.jsonl", '["1.5","N"]', '["1.4","N"]'));
    const text = linesOf(dir, register, language).join("\n");
    expect(text).toContain(reportWords.REFUSED[language]);
    expect(text).toContain(reportWords.showsNothing[language]);
    expect(text).toContain(language === "zh" ? chinese.RAW_MISMATCH : checks.RAW_MISMATCH.means);
    expect(text).not.toContain(shownOfEntries[language]);
  });

  test("ends with the lines that there are without it", () => {
    for (const dir of [bundle, plain]) {
      const lines = linesOf(dir, register);
      expect(lines.at(-1)).toMatch(/^VALID/);
      for (const language of languages) expect(linesOf(dir, register, language).slice(-lines.length)).toEqual(lines);
    }
  });

  test("says who signed what until when", () => {
    const { signers } = objectOf(bundle, register);
    expect(signers.map(({ as, name }) => `${as} ${name}`)).toEqual([
      "registry reg.dqs.example.cn",
      `log ${origin}`,
      "cosigner m1.dqs.example.cn",
      "cosigner w1.dqs.example.cn",
      `certifier ${origin}`,
      "countersigner ctl.dqs.example.cn",
    ]);
    expect(signers[2]).toMatchObject({ until: "2026-10-31T16:00:06.000Z" });
  });
});

test("feed/receiver/README.md names each code at its step", () => {
  const readme = readFileSync(join(root, "feed/receiver/README.md"), "utf8");
  const rows = [...readme.matchAll(/^\| (\d+) \| [^|]+ \|([^|]*)\|$/gm)];
  const named = rows.flatMap(([, step, codes = ""]) =>
    [...codes.matchAll(/`([A-Z_]+)(\*?)`/g)].flatMap(([, code = "", star]) =>
      Object.entries(stepOfCode)
        .filter(([one]) => (star ? one.startsWith(code) : one === code))
        .map(([one, own]) => ({ one, own, step: Number(step) })),
    ),
  );
  expect(rows.length).toBe(14);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter(({ own, step }) => own !== step)).toEqual([]);
});

test("the program speaks the language that was asked for, else that of its surroundings", async () => {
  const said = async (env: Readonly<Record<string, string>>, ...args: readonly string[]) => {
    const { code, stdout } = await runNode("dist/feed/receiver/main.js", ["verify", bundle, ...args], { env });
    return [code, stdout.split("\n")[0]];
  };
  const [zh, en] = [reportWords.title.zh, reportWords.title.en];
  expect(await said({ LC_ALL: "zh_CN.UTF-8" })).toEqual([0, zh]);
  expect(await said({ LC_ALL: "zh_CN.UTF-8" }, "--lang", "en")).toEqual([0, en]);
  expect(await said({ LC_ALL: "C" })).toEqual([0, en]);
  expect(await said({}, "--lang", "fr")).toEqual([64, ""]);
  const [, json = ""] = await said({ LC_ALL: "zh_CN.UTF-8" }, "--json");
  expect(reportForm.parse(JSON.parse(String(json))).verdict).toBe("VALID");
});

test("every text is there in both languages, with the same places for values", () => {
  const texts = [
    ...Object.values(stepWords).flatMap(({ title, checked, found }) => [title, checked, found]),
    ...[outcomeWords, noteWords, signerWords, reportWords].flatMap((table) => Object.values(table)),
  ];
  const places = (text: string): string => [...new Set(text.match(/\{\w+\}/g))].sort().join(" ");
  expect(texts.length).toBeGreaterThan(80);
  expect(texts.filter(({ en, zh }) => places(en) !== places(zh) || /\p{Script=Han}/u.test(en))).toEqual([]);
  const bare = texts.filter(({ zh }) => !/\p{Script=Han}/u.test(zh.replace(/\{\w+\}/g, "")));
  expect(bare.filter(({ en, zh }) => !/^(\{cert\})?[–。.]?$/.test(zh) || en === "")).toEqual([]);
  expect(Object.values(chinese).filter((text) => !/\p{Script=Han}/u.test(text))).toEqual([]);
  expect(Object.keys(chinese).sort()).toEqual(Object.keys(checks).sort());
  expect(Object.keys(stepOfCode).sort()).toEqual(Object.keys(checks).sort());
});
