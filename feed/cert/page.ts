import { createHash } from "node:crypto";
import encodeQR from "qr";
import type { CertifiedParam, OpenCertificate } from "./form.ts";
import { notShown, shown } from "./limits.ts";

/**
 * The certificate as a page to print, in Chinese and English, with no file beside it. It shows what the note says; proof is
 * the bundle. The QR code holds the id and the digest, to compare a print with the file.
 */

export interface PageOptions {
  readonly countersigned: boolean;
  /** Chinese names of parameters by code, and of the sector. */
  readonly zh: ReadonlyMap<string, string>;
}

/** What the QR code says: `cems-cert/v1 <id> sha256:<hex of the text>`. */
export const qrText = ({ certificate, text }: OpenCertificate): string =>
  `cems-cert/v1 ${certificate.cert} sha256:${createHash("sha256").update(text).digest("hex")}`;

export function certificatePage(open: OpenCertificate, { countersigned, zh }: PageOptions): string {
  const { certificate: c } = open;
  const facts: readonly (readonly [zh: string, en: string, value: string])[] = [
    ["月份", "Month", c.month],
    ["期间（UTC）", "Span (UTC)", `${c.span[0]} – ${c.span[1]}`],
    ["日志", "Log", c.origin],
    ["条目", "Entries", `${c.range[0]} – ${c.range[1] - 1}`],
    ["根哈希", "Root", c.close[1]],
    ["封存时间", "Closed", c.closed],
    ["采样帧数", "Frames", String(c.frames)],
    ["时钟最大误差", "Largest clock error", c.clock.maxErrMs < 0 ? "未知 unknown" : `${c.clock.maxErrMs} ms`],
    ["时钟跳变 / 未知误差帧", "Clock steps / frames without a bound", `${c.clock.steps} / ${c.clock.unsync}`],
    ["可篡改窗口 p50 / p99 / 最大", "Tamper window p50 / p99 / max", window(c.anchor)],
    ["数据缺口", "Gaps", `${c.gaps.count}, ${c.gaps.seconds} s`],
    ["延迟封存", "Cosigned late", `${c.late.count}, ${c.late.seconds} s`],
    ["替代", "Supersedes", c.supersedes === null ? "–" : `${c.supersedes.cert}: ${c.supersedes.why}`],
    ["服务签章", "Countersigned by the service", countersigned ? "是 yes" : "否 no"],
  ];
  return `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(c.cert)}</title>
<style>
body { font: 11pt/1.45 system-ui, "Noto Sans CJK SC", sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #111; background: #fff }
header { display: flex; justify-content: space-between; gap: 2rem; align-items: flex-start }
h1 { font-size: 1.5rem; margin: 0 }
h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #999; padding: .25rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
figure { margin: 0; width: 9rem } figure svg { width: 9rem; height: 9rem }
small, .en { color: #444 } code { overflow-wrap: anywhere }
@media print { body { margin: 0 } }
</style>
<header>
<div><h1>月度数据存证证书<br><span class="en">Monthly certificate</span></h1><p><strong>${escaped(c.cert)}</strong></p></div>
<figure>${encodeQR(qrText(open), "svg")}</figure>
</header>
<p><small>SHA-256 <code>${qrText(open).split(":")[1]}</code></small></p>
<h2>关键参数 <span class="en">Key parameters</span></h2>
<table>
<tr><th>参数 <span class="en">Parameter</span></th><th>值 <span class="en">Value</span></th><th>单位 <span class="en">Unit</span></th><th>标记 <span class="en">Flag</span></th><th>有效 / 应有 <span class="en">Valid / possible</span></th><th>方法 <span class="en">Method</span></th></tr>
${c.params.map((one) => paramRow(one, zh)).join("\n")}
</table>
<h2>事实 <span class="en">Facts</span></h2>
<table>
${facts.map(([zhName, en, value]) => `<tr><th>${zhName} <span class="en">${en}</span></th><td>${escaped(value)}</td></tr>`).join("\n")}
</table>
${intervals("数据缺口", "Gaps", c.gaps.list)}
${intervals("延迟封存（起、止、签署时间）", "Cosigned late (from, to, signed)", c.late.list)}
<h2>证明了什么 <span class="en">What this shows</span></h2>
<p>${shown.zh}<br>
<span class="en">${shown.en}</span></p>
<h2>没有证明什么 <span class="en">What this does not show</span></h2>
<p>${notShown.zh}<br>
<span class="en">${notShown.en}</span></p>
<p><small>核验 Verify: <code>cems-receiver verify DIR</code>; feed/README.md, 11, 12.</small></p>
</html>
`;
}

const window = ({ count, p50, p99, max }: OpenCertificate["certificate"]["anchor"]): string =>
  max < 0 ? "–" : `${p50} s / ${p99} s / ${max} s (${count})`;

function paramRow({ code, name, unit, method, value, n, expected }: CertifiedParam, zh: PageOptions["zh"]): string {
  const [amount, flag, reason] = value;
  const chinese = zh.get(code.split(".")[0] ?? code) ?? "";
  return (
    `<tr><th>${escaped(chinese)} <span class="en">${escaped(name)}</span><br><small>${escaped(code)}</small></th>` +
    `<td class="n">${amount === null ? `无 none<br><small>${escaped(reason ?? "")}</small>` : escaped(amount)}</td>` +
    `<td>${escaped(unit)}</td><td>${flag}</td><td class="n">${n} / ${expected}</td><td><small>${escaped(method)}</small></td></tr>`
  );
}

function intervals(zh: string, en: string, list: readonly (readonly string[])[]): string {
  if (list.length === 0) return "";
  const rows = list.map((times) => `<tr>${times.map((time) => `<td>${time}</td>`).join("")}</tr>`).join("\n");
  return `<h2>${zh} <span class="en">${en}</span></h2>\n<table>\n${rows}\n</table>`;
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
