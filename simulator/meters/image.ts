import type { Cell, Table } from "./model.ts";

/** The registers (16-bit words) and bits of a device by address. What is not here is not implemented by the device. */
export type Image = Readonly<Record<Table, ReadonlyMap<number, number>>>;

/** Puts each value where the register map says, in the bytes the device would transmit. */
export function draw(cells: readonly Cell[], values: Readonly<Record<string, number>>): Image {
  const image: Record<Table, Map<number, number>> = {
    coil: new Map(),
    discrete: new Map(),
    holding: new Map(),
    input: new Map(),
  };
  for (const cell of cells) {
    const value = values[cell.point];
    if (value === undefined) throw new Error(`no value for ${cell.point}`);
    words(cell, value).forEach((word, index) => {
      image[cell.table].set(cell.address + index, word);
    });
  }
  return image;
}

/** Words (or the bit) of one value in the order they are sent. */
export function words(cell: Pick<Cell, "as" | "order">, value: number): number[] {
  if (cell.as === "bit" || cell.as === "uint16") return [value];
  const bytes = Buffer.alloc(4);
  if (cell.as === "float32") bytes.writeFloatBE(value);
  else bytes.writeUInt32BE(value);
  if (cell.order === "DCBA") bytes.reverse();
  const pair = [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
  return cell.order === "CDAB" ? pair.reverse() : pair;
}

/** What a reader of the whole value must find, as a decimal string: a float32 as the double it widens to. */
export const decimalOf = (cell: Pick<Cell, "as">, value: number): string =>
  String(cell.as === "float32" ? Math.fround(value) : value);
