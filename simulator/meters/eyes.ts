import type { Moment } from "../plant/world.ts";
import { scatter, seedFor } from "../random.ts";
import type { Condition, Scene } from "./model.ts";

/** How a meter looks at the plant: once a second, unless it holds what it saw. */
export interface Eyes {
  /** The same object within a second. */
  see(): Scene;
  setCondition(condition: Condition): void;
}

export interface EyesSettings {
  readonly id: string;
  readonly seed: number;
  look(): Moment;
}

export function openEyes({ id, seed, look }: EyesSettings): Eyes {
  let condition: Condition = "measuring";
  /** The moment whose values are held. */
  let since = look();
  let seen: { readonly seconds: number; readonly scene: Scene } | undefined;
  return {
    see: () => {
      const now = look();
      if (seen?.seconds === now.seconds) return seen.scene;
      const { plant, totals, seconds } = condition === "held" ? since : now;
      const scatterOf = (label: string): number => scatter(seedFor(seed, id, label, seconds));
      const scene: Scene = { plant, totals, condition, scatter: scatterOf };
      seen = { seconds: now.seconds, scene };
      return scene;
    },
    setCondition: (next) => {
      if (next === "held" && condition !== "held") since = look();
      condition = next;
      seen = undefined;
    },
  };
}
