import type { Moment } from "../plant/world.ts";
import { scatter, seedFor } from "../random.ts";
import type { Condition, Scene, Settings } from "./model.ts";

/** How a meter looks at the plant: once a second, unless it holds what it saw. */
export interface Eyes {
  /** The same object within a second. */
  see(): Scene;
  setCondition(condition: Condition): void;
  /** Turns settings of the instrument; returns the name of one it does not have. */
  set(turned: Settings): string | undefined;
}

export interface EyesSettings {
  readonly id: string;
  readonly seed: number;
  readonly settings?: Settings;
  look(): Moment;
}

export function openEyes({ id, seed, look, settings: initial = {} }: EyesSettings): Eyes {
  let condition: Condition = "measuring";
  let settings = initial;
  /** The moment whose values are held. */
  let since = look();
  let seen: { readonly seconds: number; readonly scene: Scene } | undefined;
  return {
    see: () => {
      const now = look();
      if (seen?.seconds === now.seconds) return seen.scene;
      const { plant, totals, seconds } = condition === "held" ? since : now;
      const scatterOf = (label: string): number => scatter(seedFor(seed, id, label, seconds));
      const scene: Scene = { plant, totals, condition, settings, scatter: scatterOf };
      seen = { seconds: now.seconds, scene };
      return scene;
    },
    setCondition: (next) => {
      if (next === "held" && condition !== "held") since = look();
      condition = next;
      seen = undefined;
    },
    set: (turned) => {
      const unknown = Object.keys(turned).find((name) => !Object.hasOwn(settings, name));
      if (unknown !== undefined) return unknown;
      settings = { ...settings, ...turned };
      seen = undefined;
      return undefined;
    },
  };
}
