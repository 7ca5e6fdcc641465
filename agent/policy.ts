import { readFileSync } from "node:fs";
import { servicePolicy } from "../config/policy.ts";
import { Fault } from "../feed/format/faults.ts";
import type { Policy } from "../feed/format/policy.ts";

/** The policy of the service and the text it was read from. Throws Fault E_POLICY for anything else. */
export function readPolicy(file: string): { readonly policy: Policy; readonly text: string } {
  const text = readText(file);
  const policy = servicePolicy(text);
  if (!policy.ok) throw new Fault("E_POLICY", `${file}: ${policy.problem}`);
  return { policy: policy.value, text };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new Fault("E_POLICY", `${file} cannot be read`, { cause });
  }
}
