import { busContract } from "./contract.ts";
import { kinds } from "./slave.ts";

for (const kind of kinds) busContract(kind);
