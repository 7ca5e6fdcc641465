import type { Words } from "../../feed/language.ts";
import type { StatusCode } from "./judge.ts";

/** What is said of each finding, and what a person can do. `{...}` are put in. */
export const said: Readonly<Record<StatusCode, { readonly means: Words; readonly advice: Words }>> = {
  AGENT_STOPPED: {
    means: { en: "no agent is running: nothing is measured", zh: "采集程序未运行：未进行任何测量" },
    advice: { en: "Start it: cems-agent run.", zh: "请启动：cems-agent run。" },
  },
  POLL_MISSED: {
    means: {
      en: "device {subject} was not polled for more than {polls} steps of its grid (last: {since})",
      zh: "设备 {subject} 超过 {polls} 个采集周期未被轮询（最近一次：{since}）",
    },
    advice: {
      en: "See whether the agent runs with this site file, and its log.",
      zh: "请检查采集程序是否按此配置运行，并查看其日志。",
    },
  },
  DEVICE_SILENT: {
    means: { en: "device {subject} has not answered since {since}", zh: "设备 {subject} 自 {since} 起无应答" },
    advice: {
      en: "Check its power, wiring and address: cems-agent probe says what answers.",
      zh: "请检查供电、接线与地址：cems-agent probe 可显示应答情况。",
    },
  },
  NO_VALUE: {
    means: { en: "the last poll of {subject} brought no value", zh: "设备 {subject} 最近一次轮询未得到任何数值" },
    advice: {
      en: "Watch whether it answers again: cems-agent tail.",
      zh: "请观察其是否恢复应答：cems-agent tail。",
    },
  },
  SIGNATURE_LATE: {
    means: { en: "entries have not been signed since {since}", zh: "自 {since} 起的条目尚未签名" },
    advice: { en: "See the agent's log; start it where it is stopped.", zh: "请查看日志；若已停止请启动。" },
  },
  COSIGNATURE_LATE: {
    means: {
      en: "the service has cosigned nothing of what came since {since}: the certificate will say so",
      zh: "自 {since} 起的数据尚未得到服务端共签：证书将予注明",
    },
    advice: {
      en: "Check the line to the broker and whether the receiver runs.",
      zh: "请检查与消息代理的连接以及接收端是否运行。",
    },
  },
  COSIGNATURE_MISSING: {
    means: {
      en: "the service has cosigned nothing since {since}, for more than a day: nobody outside can vouch for it",
      zh: "自 {since} 起超过一天未得到服务端共签：外界无法为其作证",
    },
    advice: {
      en: "Check the line to the broker, whether the receiver runs and knows this gateway's key.",
      zh: "请检查与消息代理的连接、接收端是否运行以及是否登记了本网关的密钥。",
    },
  },
  OUTBOX_LATE: {
    means: {
      en: "entries since {since} wait to be held by the service; they are kept here",
      zh: "自 {since} 起的条目尚待服务端存储；数据仍保存在本地",
    },
    advice: { en: "They go out when the line is up.", zh: "连接恢复后将自动发送。" },
  },
  CLOCK_UNKNOWN: {
    means: {
      en: "the clock follows no time source, or its error is large",
      zh: "时钟未与时间源同步，或误差较大",
    },
    advice: { en: "Set up chrony with a time source.", zh: "请配置 chrony 及时间源。" },
  },
  JOURNAL_DAMAGED: {
    means: {
      en: "the daily check of {since} found the journal damaged",
      zh: "{since} 的每日检查发现日志已损坏",
    },
    advice: {
      en: "Keep the folder as evidence, check the disk, and see E_JOURNAL_CORRUPT in agent/README.md.",
      zh: "请保留该文件夹作为证据并检查磁盘，参见 agent/README.md 中的 E_JOURNAL_CORRUPT。",
    },
  },
  CERT_DUE_SOON: {
    means: {
      en: "{subject} is not certified; it is due until {until}, {days} days are left",
      zh: "{subject} 尚未完成存证；截止日期 {until}，剩余 {days} 天",
    },
    advice: {
      en: "cems-agent certify --month {subject}; the service countersigns it over the feed.",
      zh: "cems-agent certify --month {subject}；随后由服务端共签。",
    },
  },
  CERT_OVERDUE: {
    means: {
      en: "OVERDUE: {subject} is not certified; it was due until {until}, {late} days ago",
      zh: "已逾期：{subject} 未完成存证；截止日期为 {until}，已逾期 {late} 天",
    },
    advice: {
      en: "cems-agent certify --month {subject}, now, and tell the authority.",
      zh: "请立即执行 cems-agent certify --month {subject} 并告知主管部门。",
    },
  },
  CERT_FILE_LOST: {
    means: {
      en: "the log names a certificate of {subject}, and its note is not in the folder `certificates`",
      zh: "日志载有 {subject} 的证书，但 certificates 文件夹中没有该证书文件",
    },
    advice: { en: "Restore it from a bundle or a backup.", zh: "请从证据包或备份中恢复。" },
  },
};

/** The words of the screen. */
export const screen = {
  fine: { en: "FINE", zh: "正常" },
  remarks: { en: "FINE, WITH REMARKS", zh: "正常，有提示" },
  wrong: { en: "SOMETHING IS WRONG", zh: "存在问题" },
  agent: { en: "agent", zh: "采集程序" },
  runs: { en: "running since {started}", zh: "运行中，启动于 {started}" },
  stopped: { en: "NOT RUNNING", zh: "未运行" },
  ended: { en: "not running; the log was closed", zh: "未运行；日志已关闭" },
  log: { en: "log", zh: "日志" },
  head: { en: "{origin}: {size} entries, the newest {age} ago", zh: "{origin}：共 {size} 条，最新一条在 {age}前" },
  empty: { en: "{origin}: no entries", zh: "{origin}：无条目" },
  signed: { en: "signed", zh: "签名" },
  checkpoint: {
    en: "checkpoint of {size} entries, up to {at}; {waits} not signed yet",
    zh: "检查点含 {size} 条，截至 {at}；{waits} 条尚未签名",
  },
  nothingSigned: { en: "nothing yet", zh: "尚无" },
  cosigned: { en: "cosigned", zh: "共签" },
  witnessed: {
    en: "{size} entries, at {at}; {waits}",
    zh: "{size} 条，时间 {at}；{waits}",
  },
  outbox: { en: "outbox", zh: "待发送" },
  held: { en: "what the service does not hold yet: {waits}", zh: "服务端尚未存储：{waits}" },
  nothingWaits: { en: "nothing waits", zh: "无等待条目" },
  waiting: { en: "{n} entries wait, the oldest for {age}", zh: "{n} 条等待中，最早的已等待 {age}" },
  sentNowhere: { en: "this site sends nothing", zh: "本站点不发送数据" },
  clock: { en: "clock", zh: "时钟" },
  clockAt: { en: "{source}, at most {error} ms off, as of {at}", zh: "{source}，误差不超过 {error} 毫秒，截至 {at}" },
  clockUnbound: { en: "{source}, error unknown, as of {at}", zh: "{source}，误差未知，截至 {at}" },
  unknown: { en: "unknown", zh: "未知" },
  check: { en: "daily check", zh: "每日检查" },
  passed: { en: "passed at {at}", zh: "{at} 通过" },
  failed: { en: "FAILED at {at}: {fault}", zh: "{at} 未通过：{fault}" },
  notYet: { en: "not yet", zh: "尚未进行" },
  devices: { en: "devices", zh: "设备" },
  poll: { en: "{age} ago, {values} of {of} values", zh: "{age}前，{values}/{of} 个数值" },
  noPoll: { en: "no poll", zh: "无轮询记录" },
  certificates: {
    en: "monthly certificates (due {days} days after the month)",
    zh: "月度存证（月末后 {days} 天内完成）",
  },
  source: { en: "source of the {days} days: {source}", zh: "{days} 天的依据：{source}" },
  certifiesNothing: { en: "this site certifies no month", zh: "本站点不进行月度存证" },
  running: { en: "the month is not over", zh: "本月尚未结束" },
  done: { en: "certified: {cert}, {signed}", zh: "已存证：{cert}，{signed}" },
  countersigned: { en: "countersigned", zh: "已共签" },
  noCountersigner: { en: "no service that could countersign", zh: "无可共签的服务端" },
  missing: { en: "not certified; {left}", zh: "未存证；{left}" },
  unsigned: { en: "certified, not countersigned: {cert}; {left}", zh: "已存证，未共签：{cert}；{left}" },
  lost: { en: "certified, its note is lost; {left}", zh: "已存证，证书文件丢失；{left}" },
  left: { en: "due until {until}, {days} days left", zh: "截止 {until}，剩余 {days} 天" },
  lastDay: { en: "due until {until}: TODAY IS THE LAST DAY", zh: "截止 {until}：今天是最后一天" },
  overdue: {
    en: "!!! OVERDUE !!! was due until {until}, {days} days ago",
    zh: "!!! 已逾期 !!! 截止日期为 {until}，已逾期 {days} 天",
  },
  never: { en: "never", zh: "从未" },
  s: { en: "{n} s", zh: "{n} 秒" },
  min: { en: "{n} min", zh: "{n} 分钟" },
  h: { en: "{n} h", zh: "{n} 小时" },
  d: { en: "{n} d", zh: "{n} 天" },
} as const satisfies Readonly<Record<string, Words>>;
