import { carbon } from "./carbon.ts";
import { part75 } from "./part75.ts";
import { stack } from "./stack.ts";
import type { Vector } from "./vector.ts";

export const vectors: readonly Vector[] = [...stack, ...part75, ...carbon];
