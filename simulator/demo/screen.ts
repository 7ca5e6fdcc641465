import type { Flag } from "../../feed/format/vocabulary.ts";
import { renderTable, type Shown } from "./table.ts";

/** What the receiver's tail has said so far: the newest reading of each channel, and how far the mirror has come. */
export interface Screen {
  /** One JSON line of `cems-receiver tail`. */
  take(line: string): void;
  render(now: number): string;
  readonly readings: number;
}

interface Reading {
  readonly channel: string;
  readonly seq: number;
  readonly t: string;
  readonly value: string | null;
  readonly unit: string | null;
  readonly flag: Flag;
  readonly reason: string | null;
  readonly proof: string;
}

export function openScreen(): Screen {
  const newest = new Map<string, Reading>();
  const sizes = { witnessed: 0, mirrored: 0 };
  let readings = 0;
  // What was provisional when it was printed is mirrored once the mirror has passed it.
  const proofOf = ({ seq, proof }: Reading): string => (seq < sizes.mirrored ? "mirrored" : proof);
  const rows = (): Shown[] =>
    [...newest.values()].map((reading) => ({
      channel: reading.channel,
      value: reading.value,
      unit: reading.unit ?? "?",
      flag: reading.flag,
      reason: reading.reason ?? undefined,
      at: Date.parse(reading.t),
      proof: proofOf(reading),
    }));
  return {
    take: (line) => {
      const said = JSON.parse(line) as Partial<Reading> & Partial<typeof sizes>;
      if (said.channel !== undefined) {
        readings += 1;
        newest.set(said.channel, said as Reading);
      } else if (typeof said.mirrored === "number") {
        sizes.mirrored = said.mirrored;
        sizes.witnessed = said.witnessed ?? 0;
      }
    },
    render: (now) =>
      [
        `${readings} readings verified by the receiver; ${sizes.witnessed} entries witnessed, ${sizes.mirrored} mirrored`,
        "",
        newest.size === 0 ? "waiting for the first verified reading" : renderTable(rows(), now),
      ].join("\n"),
    get readings() {
      return readings;
    },
  };
}
