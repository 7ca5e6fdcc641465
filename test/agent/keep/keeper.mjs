/**
 * Keeps entries until it is killed, and tells of each only after the journal said that it is durable.
 * usage: keeper.mjs JOURNAL KEY FIRST-SECOND
 */
import { writeSync } from "node:fs";
import { loadSigner } from "../../../dist/agent/keep/keys.js";
import { openJournal } from "../../../dist/agent/keep/open.js";
import { seal } from "../../../dist/agent/keep/seal.js";

const [dir, key, first] = process.argv.slice(2);
const journal = openJournal(dir);
const signer = loadSigner(key, journal.origin);
const say = (line) => writeSync(1, `${line}\n`);
say(`open ${journal.head().size}`);
let second = Number(first);
for (let turn = 0; ; turn++) {
  const bodies = Array.from({ length: 1 + (turn % 5) }, () => {
    second += 1000; // a month every few thousand entries
    return { type: "event", t: new Date(second * 1000).toISOString(), code: "TEST", detail: `turn ${turn}` };
  });
  for (const { seq, hash } of journal.append(...bodies)) say(`kept ${seq} ${hash.toString("hex")}`);
  if (turn % 3 === 0) {
    const { size, note } = seal(journal, signer);
    say(`sealed ${size} ${note.toString("base64")}`);
    journal.cosign(size, [{ name: "w1.example", time: second, line: `\u2014 w1.example ${size}` }], { mirrored: size });
    say(`mirrored ${size}`);
  }
  say(`turn ${turn}`);
}
