import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Limits, Placed, PlannedRead } from "../../drivers/modbus/plan.ts";
import { planReads } from "../../drivers/modbus/plan.ts";
import type { PointType, Table } from "../../drivers/profile.ts";
import { isInRegister, tables, widthOf } from "../../drivers/profile.ts";
import { modbusProfiles } from "../support/modbus-profiles.ts";

interface Named extends Placed {
  readonly id: number;
}
const point = (id: number, table: Table, address: number, type: PointType): Named => ({
  id,
  at: { table, address },
  type,
});
const isBits = (table: Table): boolean => table === "coil" || table === "discrete";
const shape = (reads: readonly PlannedRead<Placed>[]) =>
  reads.map(({ functionCode, start, count }) => [functionCode, start, count]);

describe("single cases", () => {
  const limits: Limits = { maxRegisters: 6, maxBits: 16, maxGap: 1 };
  const plan = (...points: Named[]) => shape(planReads(points, limits));

  test("neighbours are one request", () => {
    expect(plan(point(1, "input", 2, "float32"), point(2, "input", 0, "float32"))).toEqual([[4, 0, 4]]);
  });
  test("a gap within the limit is read over, a wider one is not", () => {
    expect(plan(point(1, "holding", 0, "int16"), point(2, "holding", 2, "int16"))).toEqual([[3, 0, 3]]);
    expect(plan(point(1, "holding", 0, "int16"), point(2, "holding", 3, "int16"))).toEqual([
      [3, 0, 1],
      [3, 3, 1],
    ]);
  });
  test("a value at the end of a full request begins the next one", () => {
    expect(
      plan(point(1, "input", 0, "float64"), point(2, "input", 4, "int16"), point(3, "input", 5, "float32")),
    ).toEqual([
      [4, 0, 5],
      [4, 5, 2],
    ]);
  });
  test("each table is asked by its own function", () => {
    expect(
      plan(
        point(1, "coil", 7, "bit"),
        point(2, "discrete", 7, "bit"),
        point(3, "holding", 7, "int16"),
        point(4, "input", 7, "int16"),
      ),
    ).toEqual([
      [1, 7, 1],
      [2, 7, 1],
      [3, 7, 1],
      [4, 7, 1],
    ]);
  });
  test("a value inside another one is no request of its own", () => {
    expect(plan(point(1, "input", 0, "int64"), point(2, "input", 1, "uint16"))).toEqual([[4, 0, 4]]);
  });
  test("offsets are bytes in registers and bits in bits", () => {
    const offsets = (...points: Named[]) => planReads(points, limits)[0]?.points.map(({ offset }) => offset);
    expect(offsets(point(1, "input", 10, "int16"), point(2, "input", 11, "float32"))).toEqual([0, 2]);
    expect(offsets(point(1, "discrete", 10, "bit"), point(2, "discrete", 11, "bit"))).toEqual([0, 1]);
  });
  test("the analyzer's values are one request, its states beside them two", () => {
    const profile = modbusProfiles().get("sick/marsic300");
    expect(
      profile && shape(planReads([...profile.points, ...profile.status].filter(isInRegister), profile.limits)),
    ).toEqual([
      [4, 1000, 24],
      [2, 1000, 5],
      [2, 1024, 2],
    ]);
  });
});

const registerTypes = ["int16", "uint32", "float32", "float64", "bcd16"] as const;
const somePoint = fc.oneof(
  fc.record({
    table: fc.constantFrom<Table>("input", "holding"),
    address: fc.nat(14),
    type: fc.constantFrom(...registerTypes),
  }),
  fc.record({
    table: fc.constantFrom<Table>("coil", "discrete"),
    address: fc.nat(14),
    type: fc.constant("bit" as const),
  }),
);
const somePoints = (maxLength: number) =>
  fc
    .array(somePoint, { maxLength })
    .map((points) => points.map(({ table, address, type }, id) => point(id, table, address, type)));
/** No limit is narrower than the widest type: the catalogue refuses such a profile. */
const someLimits = fc.record({
  maxRegisters: fc.integer({ min: 4, max: 10 }),
  maxBits: fc.integer({ min: 1, max: 10 }),
  maxGap: fc.nat(4),
});

describe("any plan", () => {
  test("reads every point once and whole, within the limits, over no wider gap", () => {
    fc.assert(
      fc.property(somePoints(12), someLimits, (points, limits) => {
        const reads = planReads(points, limits);
        const planned = reads.flatMap((read) => read.points.map(({ point: { id } }) => id));
        expect(planned.toSorted((a, b) => a - b)).toEqual(points.map(({ id }) => id));
        for (const { functionCode, start, count, points: inside } of reads) {
          const used = new Set<number>();
          for (const { point: p, offset } of inside) {
            const unit = isBits(p.at.table) ? 1 : 2;
            expect(functionCode).toBe(tables[p.at.table]);
            expect(start * unit + offset).toBe(p.at.address * unit);
            expect(p.at.address + widthOf(p)).toBeLessThanOrEqual(start + count);
            for (let i = 0; i < widthOf(p); i++) used.add(p.at.address + i);
          }
          expect(count).toBeLessThanOrEqual(functionCode <= 2 ? limits.maxBits : limits.maxRegisters);
          expect(longestUnused(used, start, count)).toBeLessThanOrEqual(limits.maxGap);
          expect(used.has(start) && used.has(start + count - 1)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("has as few requests as trying every grouping finds", () => {
    fc.assert(
      fc.property(somePoints(6), someLimits, (points, limits) => {
        const fewest = Math.min(
          ...groupings(points)
            .filter((groups) => groups.every((group) => fits(group, limits)))
            .map((groups) => groups.length),
        );
        expect(planReads(points, limits).length).toBe(fewest);
      }),
      { numRuns: 500 },
    );
  });
});

function longestUnused(used: ReadonlySet<number>, start: number, count: number): number {
  let longest = 0;
  for (let i = start, run = 0; i < start + count; i++) {
    run = used.has(i) ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** Whether one request could read all of these. */
function fits(group: readonly Named[], limits: Limits): boolean {
  const table = group[0]?.at.table ?? "input";
  if (group.some((p) => p.at.table !== table)) return false;
  const used = new Set(group.flatMap((p) => Array.from({ length: widthOf(p) }, (_, i) => p.at.address + i)));
  const start = Math.min(...used);
  const count = Math.max(...used) - start + 1;
  return (
    count <= (isBits(table) ? limits.maxBits : limits.maxRegisters) &&
    longestUnused(used, start, count) <= limits.maxGap
  );
}

/** Every way of putting things into groups. */
function groupings<T>([first, ...rest]: readonly T[]): T[][][] {
  if (first === undefined) return [[]];
  return groupings(rest).flatMap((groups) => [
    [[first], ...groups],
    ...groups.map((group, i) => groups.with(i, [first, ...group])),
  ]);
}
