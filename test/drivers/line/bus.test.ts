import { lineContract } from "./contract.ts";
import { meters } from "./meters.ts";
import { modules } from "./modules.ts";

for (const where of ["pty", "tcp", "memory"] as const) {
  lineContract(where, meters("DL/T 645-2007", ["02010100", "02010200", "00010000"]));
  lineContract(where, meters("DL/T 645-1997", ["B611", "B612", "9010"]));
  lineContract(where, modules("DCON", false, ["all", "channel", "text"]));
  lineContract(where, modules("DCON with checksum", true, ["channel", "all", "text"]));
}
