import { good, type Result } from "../feed/format/faults.ts";
import { isMirror, type Policy, parsePolicy } from "../feed/format/policy.ts";

/** The policy of a service to which entries can be sent, or what is wrong with it: only a mirror ever says that it holds them. */
export function servicePolicy(text: string): Result<Policy, string> {
  const policy = parsePolicy(text);
  if (!policy.ok) return { ok: false, problem: policy.problem.detail };
  if (policy.value.witnesses.length === 0) return { ok: false, problem: "it names no witness" };
  if (!policy.value.witnesses.some(({ label }) => isMirror(label)))
    return {
      ok: false,
      problem: "it names no mirror, a witness with the label M or M1, and nothing would ever be settled",
    };
  return good(policy.value);
}
