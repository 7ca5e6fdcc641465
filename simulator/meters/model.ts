import type { PlantState } from "../plant/combustion.ts";
import type { Totals } from "../plant/totals.ts";

export type Table = "coil" | "discrete" | "holding" | "input";

/** One value in the register map of a model. `address` is the 0-based address of the PDU. */
export interface Cell {
  readonly point: string;
  readonly table: Table;
  readonly address: number;
  readonly as: "float32" | "uint32" | "uint16" | "bit";
  /** CDAB: the low word comes first. DCBA: the lowest byte does. */
  readonly order?: Order;
}
export type Order = "ABCD" | "CDAB" | "DCBA";

/** Registers (or bits) a value occupies. */
export const widthOf = ({ as }: Pick<Cell, "as">): number => (as === "float32" || as === "uint32" ? 2 : 1);

/** What an instrument can be doing. Only `measuring` shows the plant as it is now. */
export const conditions = ["measuring", "held", "maintenance", "malfunction", "zero", "span"] as const;
export type Condition = (typeof conditions)[number];

/** Numbers that are set in a device and change what it shows, by point. */
export type Settings = Readonly<Record<string, number>>;

/** What a meter looks at when it renews its registers. */
export interface Scene {
  readonly plant: PlantState;
  readonly totals: Totals;
  readonly condition: Condition;
  /** What is set in the device at this moment; every setting of the model. */
  readonly settings: Settings;
  /** Scatter of the instrument around 0, standard deviation 1; the same for the same moment and label. */
  scatter(label: string): number;
}

/** A kind of meter: where its registers are, and what they say. */
export interface Model {
  /** The device profile that reads it. */
  readonly profile: string;
  readonly about: string;
  /** Registers one request may ask for. */
  readonly maxRegisters: number;
  readonly cells: readonly Cell[];
  /** What it answers to functions 17 and 43/14; if left out it has neither. */
  readonly identity?: Identity;
  /** A function of the maker's own. */
  readonly own?: OwnFunction;
  /** What can be set, as it is when the meter starts: points of `cells` that need no value. */
  readonly settings?: Settings;
  /** A number for every other point of `cells` and `own`, in the unit the device transmits. */
  values(scene: Scene): Readonly<Record<string, number>>;
}

/** What a meter calls itself. */
export interface Identity {
  readonly vendor: string;
  readonly product: string;
  readonly revision: string;
}

/** One request by a function code of the maker's own, and its answer. */
export interface OwnFunction {
  /** The whole request PDU in hexadecimal. */
  readonly request: string;
  /** Where float32 values lie, lowest byte first: the byte of the reply after the function code. */
  readonly points: Readonly<Record<string, number>>;
  /** The reply PDU where no value lies. */
  readonly blank: Buffer;
}

/** Cells of one kind that follow each other without a gap. */
export const row = (
  table: Table,
  first: number,
  as: Cell["as"],
  points: readonly string[],
  order: Order = "ABCD",
): Cell[] => points.map((point, index) => ({ point, table, address: first + index * widthOf({ as }), as, order }));
