/** What a certificate or a verified bundle shows and what it does not: one text for the printed page and the verifier's report. */

export const shown = {
  en: "The values above follow from the entries named above; since the time of closing no entry was changed, taken away or put in.",
  zh: "上列数值由所列日志条目重新计算得出；条目自“封存时间”起未被更改、删除或插入。",
} as const;

/** The same of entries without a certificate. */
export const shownOfEntries = {
  en: "The entries are those that the log signed; since the times of the cosignatures over them no entry was changed, taken away or put in.",
  zh: "条目即为日志所签署的条目；自覆盖它们的共签时间起，未被更改、删除或插入。",
} as const;

export const notShown = {
  en: "That the analyser measured the stack; that the wire between analyser and gateway was honest; that the software was the released one; that nobody made up data live; what happened in gaps and late intervals before they were cosigned.",
  zh: "分析仪确实测量了烟囱；分析仪与网关之间的线路真实；所用软件为发布版本；无人实时编造数据；在被签署之前，缺口与延迟区间内发生了什么。",
} as const;
