/**
 * Keeps entries and kills itself at one point of its work, and tells of each only after the journal said that it is durable.
 * usage: dying.mjs JOURNAL KEY FIRST-SECOND POINT, of which POINT is "poll" or a commit's step with its moment
 */
import { writeSync } from "node:fs";
import { loadSigner } from "../../../dist/agent/keep/keys.js";
import { openJournal } from "../../../dist/agent/keep/open.js";
import { seal } from "../../../dist/agent/keep/seal.js";

const [dir, key, first, point] = process.argv.slice(2);
const say = (line) => writeSync(1, `${line}\n`);
let turn = 0;
const die = (here) => {
  if (here === point && turn > 2) process.kill(process.pid, "SIGKILL");
};
const journal = openJournal(dir, { hook: (moment, step) => die(`${step} ${moment}`) });
const signer = loadSigner(key, journal.origin);
for (let second = Number(first); ; second += 10_000_000) {
  turn += 1;
  const body = { type: "event", t: new Date(second * 1000).toISOString(), code: "TEST", detail: `turn ${turn}` };
  die("poll");
  for (const { seq, hash } of journal.append(body)) say(`kept ${seq} ${hash.toString("hex")}`);
  const { size, note } = seal(journal, signer);
  say(`sealed ${size} ${note.toString("base64")}`);
  journal.cosign(size, [{ name: "w1.example", time: second, line: `\u2014 w1.example ${size}` }], { mirrored: size });
}
