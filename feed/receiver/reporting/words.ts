import type { Words } from "../../language.ts";
import type { SignedBy } from "./signers.ts";
import type { Note, Outcome, StepNumber } from "./steps.ts";

/** Of each step: its name, what was checked against which files, and what was found where it was done. */
export const stepWords: Readonly<Record<StepNumber, Readonly<Record<"title" | "checked" | "found", Words>>>> = {
  1: {
    title: { en: "Key register", zh: "密钥登记册" },
    checked: {
      en: "The register that the verifier gave (not one of the folder): the registry's signature and serial number.",
      zh: "核验方自行提供的登记册（并非取自证据包）：登记机构的签名与序号。",
    },
    found: {
      en: "Register {serial} of {t}, signed by {registry}, fingerprint {fingerprint}.",
      zh: "登记册序号 {serial}，日期 {t}，签署者 {registry}，指纹 {fingerprint}。",
    },
  },
  2: {
    title: { en: "Policy", zh: "信任策略" },
    checked: {
      en: "Which keys count and which cosignatures are required, from {from}.",
      zh: "哪些密钥有效、需要哪些共签，依据：{from}。",
    },
    found: {
      en: "{logs} log keys; cosigners {witnesses}; required: {quorum}.",
      zh: "日志密钥 {logs} 个；共签方 {witnesses}；要求：{quorum}。",
    },
  },
  3: {
    title: { en: "Manifest", zh: "文件清单" },
    checked: {
      en: "SHA-256 and SM3 of each file that the certificate (cert.note) names.",
      zh: "证书（cert.note）所列每个文件的 SHA-256 与 SM3。",
    },
    found: { en: "Named: {files}.", zh: "所列文件：{files}。" },
  },
  4: {
    title: { en: "Checkpoints", zh: "检查点" },
    checked: {
      en: "checkpoints/*.note: the log's signature, whether its key was valid at that size, the cosignatures.",
      zh: "checkpoints/*.note：日志签名、该规模下密钥是否有效、各方共签。",
    },
    found: {
      en: "{checkpoints} checkpoints of {origin}, {quorate} of them with the required cosignatures.",
      zh: "{origin} 的检查点 {checkpoints} 个，其中 {quorate} 个具备所需共签。",
    },
  },
  5: {
    title: { en: "Chain of entries", zh: "条目链" },
    checked: {
      en: "leaves.jsonl: each line in its one allowed spelling, numbered without gaps, naming the hash of the one before.",
      zh: "leaves.jsonl：每行均为唯一允许的写法，编号连续，并载有前一条的哈希。",
    },
    found: { en: "{entries} entries, {first} to {last}.", zh: "共 {entries} 条，编号 {first} 至 {last}。" },
  },
  6: {
    title: { en: "Tree", zh: "哈希树" },
    checked: {
      en: "open.frontier and leaves.jsonl, folded into a tree and compared with each checkpoint; *.tlog-proof with theirs.",
      zh: "由 open.frontier 与 leaves.jsonl 重新计算哈希树，并与每个检查点比对；*.tlog-proof 与其检查点比对。",
    },
    found: { en: "Root of {size} entries: {root}.", zh: "{size} 条的根哈希：{root}。" },
  },
  7: {
    title: { en: "Close of the month", zh: "月度关闭声明" },
    checked: {
      en: "close.note: the service's statement of how large the month is and which certificate stands.",
      zh: "close.note：服务端关于该月规模及有效证书的声明。",
    },
    found: { en: "Compared with {cert}.", zh: "已与 {cert} 比对。" },
  },
  8: {
    title: { en: "Times", zh: "时间" },
    checked: {
      en: "The time of each entry against the signed times before it (anchor entries) and over it (cosignatures), and the clock.",
      zh: "每条的时间与其之前（锚定条目）及覆盖它（共签）的签署时间比对，以及时钟状态。",
    },
    found: { en: "{entries} entries.", zh: "共 {entries} 条。" },
  },
  9: {
    title: { en: "Values", zh: "数值重算" },
    checked: {
      en: "leaves.jsonl: values made again from the bytes of the devices; of a certificate each of its statements from the entries.",
      zh: "leaves.jsonl：由设备原始字节重新计算数值；如有证书，则由条目重新得出其各项内容。",
    },
    found: { en: "{entries} entries.", zh: "共 {entries} 条。" },
  },
  10: {
    title: { en: "Gaps and coverage", zh: "缺口与覆盖率" },
    checked: {
      en: "cert.note: the intervals without entries that it declares, and whether each parameter has a value.",
      zh: "cert.note：所申报的无数据区间，以及各参数是否有值。",
    },
    found: {
      en: "{gaps} gaps of {seconds} s declared; {valid} of {params} parameters have a value.",
      zh: "申报缺口 {gaps} 处，共 {seconds} 秒；{params} 个参数中 {valid} 个有值。",
    },
  },
  11: {
    title: { en: "Certificate in the log", zh: "证书入日志" },
    checked: {
      en: "cert.tlog-proof: that an entry of the log names exactly this certificate.",
      zh: "cert.tlog-proof：日志中有条目载明该证书。",
    },
    found: { en: "{cert}.", zh: "{cert}。" },
  },
  12: {
    title: { en: "Signatures on the certificate", zh: "证书签名" },
    checked: {
      en: "cert.note: its form, the log's signature and the service's countersignature.",
      zh: "cert.note：格式、日志签名与服务端共签。",
    },
    found: { en: "{cert} of {month}.", zh: "{month} 的证书 {cert}。" },
  },
  13: {
    title: { en: "Comparison with the plant", zh: "与企业记录比对" },
    checked: {
      en: "Three values of the agency's choice against a print-out of the plant's own control system.",
      zh: "由核查机构任选三个数值，与企业自身控制系统的打印件比对。",
    },
    found: { en: "–", zh: "–" },
  },
  14: {
    title: { en: "Report", zh: "报告" },
    checked: { en: "Every code that was found is in this report.", zh: "所有发现的代码均列于本报告。" },
    found: { en: "{codes} codes.", zh: "共 {codes} 个代码。" },
  },
};

export const outcomeWords: Readonly<Record<Outcome, Words>> = {
  passed: { en: "passed", zh: "通过" },
  remarks: { en: "passed with remarks", zh: "通过，有备注" },
  failed: { en: "FAILED", zh: "未通过" },
  "not-applicable": { en: "not applicable", zh: "不适用" },
};

export const noteWords: Readonly<Record<Note, Words>> = {
  noRegister: {
    en: "No register was given (--register): that these keys are the plant's and the service's is shown by nobody else.",
    zh: "未提供登记册（--register）：无其他方证明这些密钥属于该企业与服务方。",
  },
  compareKey: {
    en: "The registry's key was taken from the register itself: compare the fingerprint with what the regulator published.",
    zh: "登记机构的密钥取自登记册本身：请将指纹与主管部门公布的指纹核对。",
  },
  policyUnreadable: {
    en: "The policy cannot be read, so nothing was checked by it.",
    zh: "信任策略无法读取，故未据此核验。",
  },
  noCertificate: {
    en: "The folder holds no certificate (cert.note).",
    zh: "文件夹中没有证书（cert.note）。",
  },
  certificateUnreadable: {
    en: "The certificate does not hold (step 12), so what it says was not compared.",
    zh: "证书不成立（见第 12 步），故未比对其内容。",
  },
  noClose: {
    en: "No close.note: whether entries are cut off at the end, or a later certificate stands, is not shown.",
    zh: "没有 close.note：无法说明末尾条目是否被截去，或是否另有较新的证书。",
  },
  noEntries: { en: "There are no entries that could be checked.", zh: "没有可供核验的条目。" },
  altered: {
    en: "Judged on the lines as they lie here; step 5 or 6 says that these are not what was signed.",
    zh: "按现有内容判断；第 5 或第 6 步已表明其并非所签署的内容。",
  },
  unjudged: {
    en: "{unjudged} values could not be recomputed: their configuration is not here, or says too little.",
    zh: "{unjudged} 个数值无法重算：缺少其配置，或配置信息不足。",
  },
  token: {
    en: "There is a time-stamp token; this program does not read it: openssl ts -verify -data cert.note -in cert.tsr -CAfile ROOT.",
    zh: "附有时间戳令牌，本程序不读取：openssl ts -verify -data cert.note -in cert.tsr -CAfile ROOT。",
  },
  noToken: { en: "There is no time-stamp token (cert.tsr).", zh: "没有时间戳令牌（cert.tsr）。" },
  byHand: { en: "No program can do it: it is for the agency.", zh: "程序无法完成，由核查机构进行。" },
};

/** What a signature says, by who made it. */
export const signerWords: Readonly<Record<SignedBy["as"], Words>> = {
  registry: { en: "{name} signed the register, on {from}", zh: "{name} 签署登记册，时间 {from}" },
  log: {
    en: "{name} (the gateway) signed {checkpoints} checkpoints, up to {size} entries",
    zh: "{name}（网关）签署检查点 {checkpoints} 个，至第 {size} 条",
  },
  cosigner: {
    en: "{name} cosigned {checkpoints} checkpoints, up to {size} entries, from {from} until {until}",
    zh: "{name} 共签检查点 {checkpoints} 个，至第 {size} 条，时间 {from} 至 {until}",
  },
  certifier: { en: "{name} (the gateway) signed the certificate", zh: "{name}（网关）签署证书" },
  countersigner: { en: "{name} (the service) countersigned the certificate", zh: "{name}（服务方）共签证书" },
};

export const reportWords = {
  title: { en: "Offline verification report", zh: "离线核验报告" },
  folder: { en: "Folder: {dir}", zh: "文件夹：{dir}" },
  VALID: {
    en: "Result: VALID. Every check that could be made holds.",
    zh: "结论：有效（VALID）。所有可进行的检查均成立。",
  },
  "VALID WITH REMARKS": {
    en: "Result: VALID WITH REMARKS. The evidence holds; what is marked as a remark should be read.",
    zh: "结论：有效，有备注（VALID WITH REMARKS）。证据成立；请阅读所列备注。",
  },
  REFUSED: {
    en: "Result: REFUSED. At least one check failed; nothing of this folder may be relied upon.",
    zh: "结论：拒绝（REFUSED）。至少一项检查未通过；本文件夹内容不得作为依据。",
  },
  step: { en: "Step {step}. {title}: {is}", zh: "第 {step} 步 {title}：{is}" },
  checked: { en: "Checked: {text}", zh: "检查：{text}" },
  found: { en: "Found: {text}", zh: "结果：{text}" },
  note: { en: "Note: {text}", zh: "说明：{text}" },
  refused: { en: "refused", zh: "拒绝" },
  remark: { en: "remark", zh: "备注" },
  entries: { en: "entries {first} to {last}", zh: "条目 {first} 至 {last}" },
  times: { en: "{n} times", zh: "{n} 次" },
  covered: {
    en: "Entries from {covered} on are under no checkpoint with the required cosignatures.",
    zh: "自第 {covered} 条起的条目未被具备所需共签的检查点覆盖。",
  },
  who: { en: "Who signed what", zh: "签署情况" },
  nobody: { en: "nobody whose key is known", zh: "无已知密钥的签署者" },
  shows: { en: "What this shows", zh: "证明了什么" },
  showsNothing: {
    en: "Nothing: the folder was refused. What the signatures above are over may still be shown by an intact copy.",
    zh: "不证明任何内容：本文件夹被拒绝。完整的副本仍可能证明上述签名所涵盖的内容。",
  },
  notShown: { en: "What this does not show", zh: "没有证明什么" },
  lines: { en: "For technicians, one line for each fact", zh: "供技术人员使用：每行一项" },
  register: { en: "the register", zh: "登记册" },
  ownPolicy: { en: "the policy {file} of the verifier", zh: "核验方的策略文件 {file}" },
  keys: { en: "keys.txt of the folder", zh: "文件夹中的 keys.txt" },
  none: { en: "none", zh: "无" },
} as const satisfies Readonly<Record<string, Words>>;
