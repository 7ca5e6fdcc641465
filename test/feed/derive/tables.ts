/** The tables of feed/derive/README.md, made from what the code holds. */
import { formulaGroups } from "../../../feed/derive/catalogue.ts";
import { constantSets, constantUnits } from "../../../feed/derive/constants.ts";
import type { Basis, Formula } from "../../../feed/derive/formula.ts";
import { noValue } from "../../../feed/derive/outcome.ts";

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), `|${"---|".repeat(head.length)}`, ...rows.map(row)].join("\n");

const basisText = (basis: Basis = {}): string => Object.values(basis).join(" ");
const quantity = (unit: string, basis?: Basis): string =>
  [unit, basisText(basis)].filter((part) => part !== "").join(", ");

function formulaRow(formula: Formula): readonly string[] {
  const { id, title, source, inputs, output, full } = formula;
  const given = Object.entries(inputs).map(([name, { basis, role }]) => {
    const said = [basisText(basis), role === "parameter" ? "parameter" : ""].filter((part) => part !== "").join(", ");
    return said === "" ? `\`${name}\`` : `\`${name}\` (${said})`;
  });
  const follows = output.follows === undefined ? "" : `, else as \`${output.follows}\``;
  return [
    `\`${id}\`<br>${title.en}, ${title.zh}`,
    given.join(", "),
    `${output.symbol} [${quantity(output.unit, output.basis)}${follows}]`,
    `\`${full}\``,
    source,
  ];
}

export const formulaTables = (): string =>
  Object.entries(formulaGroups)
    .map(
      ([group, of]) =>
        `### ${group}\n\n${table(["formula", "of", "value", "expression", "source"], of.map(formulaRow))}`,
    )
    .join("\n\n");

export function constantTable(): string {
  const sets = Object.entries(constantSets).map(([id, set]) => [id, set.values] as const);
  const rows = Object.entries(constantUnits).map(([name, [unit, meaning]]) => {
    const values = sets.map(([, of]) => Object.entries(of).find(([its]) => its === name)?.[1]);
    return [
      `\`${name}\``,
      unit,
      meaning,
      ...values.map((constant) =>
        constant === undefined ? "" : constant.verified ? constant.value : `${constant.value} (not verified)`,
      ),
    ];
  });
  return table(["constant", "unit", "meaning", ...sets.map(([id]) => `\`${id}\``)], rows);
}

export const reasonTable = (): string =>
  table(
    ["reason", "there is no value because"],
    Object.entries(noValue).map(([code, why]) => [`\`${code}\``, why]),
  );
