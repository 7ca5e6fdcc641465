import type { EntryBody } from "../../feed/format/body.ts";
import { isoTime } from "../../feed/format/entry.ts";
import { newKeyPem, type Signer, signerFromPem } from "../../feed/format/note.ts";
import { rotateBody } from "../../feed/format/rotate.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import type { Performs } from "./attack.ts";
import { AttackedPlant, offline, otherGenesis, reply } from "./time-plant.ts";

const minute = 60_000;
const hour = 60 * minute;
const at = (plant: AttackedPlant, off: number): string => isoTime(millis(plant.wall + off));
const raw = (value: number): string[] => [reply(value).toString("base64")];

/** An attack with the log's key, as it is done: on a log that was honest until then. */
export interface TimeAttack {
  readonly what: string;
  readonly does: (plant: AttackedPlant) => void;
  /** Every code that a verifier of the whole log reports, and no other. */
  readonly codes: readonly string[];
  readonly begin?: (plant: AttackedPlant) => void;
  readonly genesis?: Buffer;
}

export const timeAttacks: readonly TimeAttack[] = [
  {
    what: "T14 back-date: a frame before the last anchor's cosignature",
    does: (plant) => plant.frame({ t: at(plant, -10 * minute) }),
    codes: ["TIME_BACKWARD", "TIME_BRACKET", "TIME_STEP"],
  },
  {
    what: "T15 future-date: a frame after the cosignature that covers it",
    does: (plant) => plant.frame({ t: at(plant, 10 * minute) }),
    codes: ["TIME_FUTURE", "TIME_STEP"],
  },
  {
    what: "T16 fabricate a day offline: records of 30 h made in one second, then reconnect",
    does: (plant) => {
      for (let i = 0; i < 180; i++) {
        plant.advance(10 * minute);
        plant.frame();
      }
    },
    codes: ["LATE_ANCHOR"],
  },
  {
    what: "T17 clock stepped back by 30 min",
    does: (plant) => {
      plant.wall -= 30 * minute;
      plant.off = -30 * minute;
      plant.run(4);
    },
    codes: ["LATE_ANCHOR", "TIME_BACKWARD", "TIME_BRACKET", "TIME_STEP"],
  },
  {
    what: "T17 clock stepped forward by 4 s",
    does: (plant) => {
      plant.wall += 4000;
      plant.off = 4000;
      plant.run(4);
    },
    codes: ["TIME_STEP"],
  },
  {
    what: "T26 raw bytes altered, value kept",
    does: (plant) => plant.frame({ raw: raw(48.2) }),
    codes: ["RAW_MISMATCH"],
  },
  {
    what: "T26 a value without any reply",
    does: (plant) => plant.frame({ raw: [""] }),
    codes: ["RAW_MISMATCH"],
  },
  {
    what: "T26 a reply that holds a value, and a reading that says there was none",
    does: (plant) => plant.frame({ data: { "cems.so2": [null, "B", "E_BUS_TIMEOUT"] } }),
    codes: ["RAW_MISMATCH"],
  },
  {
    what: "T29 a scale changed and written down",
    does: (plant) => {
      plant.scale = "0.5";
      plant.config();
      plant.run(4);
    },
    codes: ["CFG_CHANGED"],
  },
  {
    what: "T29 a scale changed and not written down",
    does: (plant) => {
      plant.scale = "0.5";
      plant.frame();
    },
    codes: ["RAW_MISMATCH"],
  },
  {
    what: "T55 read under a configuration that comes after it",
    does: (plant) => plant.frame({ cfg: plant.next + 1 }),
    codes: ["CFG_UNLOGGED"],
  },
  {
    what: "read under an entry that is no configuration",
    does: (plant) => plant.frame({ cfg: 0 }),
    codes: ["CFG_UNLOGGED"],
  },
  {
    what: "T56 read under the configuration of another device",
    does: (plant) => plant.frame({ dev: "other" }),
    codes: ["CFG_UNLOGGED"],
  },
  {
    what: "T57 the time since boot goes back",
    does: (plant) => {
      plant.mono -= 2000; // a second before the last frame
      plant.frame();
    },
    codes: ["MONO_BACKWARD"],
  },
  {
    what: "T58 a boot that was over comes back",
    does: (plant) => {
      plant.frame({ boot: "00000001", mono: 1 });
      plant.frame();
    },
    codes: ["MONO_BACKWARD"],
  },
  {
    what: "T59 an anchor with another root",
    does: (plant) => plant.anchor({ root: plant.log.root(3) }),
    codes: ["ANCHOR_BAD"],
  },
  {
    what: "an anchor with the cosignature of another tree",
    does: (plant) => plant.anchor({ of: 3 }),
    codes: ["ANCHOR_BAD"],
  },
  {
    what: "an anchor of a tree that is still to come",
    does: (plant) => plant.anchor({ size: plant.next + 1 }),
    codes: ["ANCHOR_BAD"],
  },
  {
    what: "T60 an anchor by a witness of the plant's own",
    does: (plant) => plant.anchor({ by: signerFromPem("w9.test.example.cn", 4, newKeyPem()) }),
    codes: ["ANCHOR_BAD"],
  },
  {
    what: "T61 a log that was begun anew",
    does: (plant) => plant.run(2),
    codes: ["GENESIS_BAD"],
    genesis: otherGenesis(),
  },
  {
    what: "a log whose first entry names another one",
    begin: (plant) => plant.begin({ origin: "other/1" } as Partial<EntryBody>),
    does: (plant) => plant.run(2),
    codes: ["GENESIS_BAD"],
  },
  {
    what: "a second genesis",
    does: (plant) => plant.begin(),
    codes: ["GENESIS_BAD"],
  },
  {
    what: "T62 a log that goes on after it was closed",
    does: (plant) => {
      plant.add({ type: "end", t: at(plant, 0), next: null, why: "taken out of use" });
      plant.frame();
    },
    codes: ["LOG_ENDED"],
  },
  {
    what: "T63 a rotation to a key that nobody proves to have",
    does: (plant) => {
      const [key, other] = [0, 1].map(() => signerFromPem(plant.origin, 1, newKeyPem())) as [Signer, Signer];
      const proven = rotateBody(plant.origin, plant.next, other, [], at(plant, 0));
      plant.add({ ...proven, key: key.vkey.text });
    },
    codes: ["KEY_POP"],
  },
  {
    what: "a rotation to the key of another log",
    does: (plant) => {
      const key = signerFromPem("another.example/log/1", 1, newKeyPem());
      plant.add(rotateBody("another.example/log/1", plant.next, key, [], at(plant, 0)));
    },
    codes: ["KEY_UNKNOWN"],
  },
  {
    what: "a log that is closed twice",
    does: (plant) => {
      for (let i = 0; i < 2; i++) plant.add({ type: "end", t: at(plant, 0), next: null, why: "taken out of use" });
    },
    codes: ["LOG_ENDED"],
  },
  {
    what: "a clock that follows nothing",
    does: (plant) => {
      plant.clk = ["none", -1];
      plant.run(4);
    },
    codes: ["CLOCK_UNSYNC"],
  },
  {
    what: "T64 a clock slewed slow, with the time since boot, by 90 s",
    does: (plant) => {
      for (let i = 0; i < 45 + 50; i++) {
        if (i < 45) plant.off -= 1900;
        plant.wall -= i < 45 ? 1900 : 0;
        plant.advance(i < 45 ? minute : hour);
        plant.frame();
        plant.seal();
      }
    },
    codes: ["TIME_DRIFT"],
  },
];

export function attacked({
  does,
  begin = (plant) => plant.begin(),
}: Pick<TimeAttack, "does" | "begin">): AttackedPlant {
  const plant = new AttackedPlant();
  begin(plant);
  plant.run(40);
  plant.advance(1000);
  does(plant);
  plant.seal();
  return plant;
}

/** Those of the table: each in all its ways, by what its name begins with. */
const ids = [...new Set(timeAttacks.flatMap(({ what }) => /^T\d+/.exec(what)?.[0] ?? []))];
export const timePerforms: Performs = Object.fromEntries(
  ids.map((id) => [
    id,
    () =>
      timeAttacks.filter(({ what }) => what.startsWith(id)).flatMap((one) => offline(attacked(one), one.genesis).codes),
  ]),
);
