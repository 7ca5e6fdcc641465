/** Whether a topic fits a filter with the wildcards `+` (one level) and `#` (this level and all below); MQTT 5, 4.7. */
export function topicMatches(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const levels = topic.split("/");
  if (topic.startsWith("$") && (wanted[0] === "+" || wanted[0] === "#")) return false;
  for (const [i, level] of wanted.entries()) {
    if (level === "#") return true;
    if (levels[i] === undefined || (level !== "+" && level !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}
