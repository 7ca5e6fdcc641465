import { good, type Result } from "../feed/format/faults.ts";
import { type Policy, parsePolicy } from "../feed/format/policy.ts";

/** The policy of a service to which entries can be sent, or what is wrong with it. */
export function servicePolicy(text: string): Result<Policy, string> {
  const policy = parsePolicy(text);
  if (!policy.ok) return { ok: false, problem: policy.problem.detail };
  if (policy.value.witnesses.length === 0) return { ok: false, problem: "it names no witness" };
  return good(policy.value);
}
