"""The averages of a channel, computed offline from all its samples at once; it shares nothing with the product.

stdin: one line of JSON {regime, interval, places, weighted, per, invalid: [[from, to]...], from, to}, then a line a sample:
t, value, flag, weight, entry with tabs between, an empty field for null. stdout: a line of JSON a period.
"""
import json
import sys
from datetime import datetime, timedelta, timezone
from fractions import Fraction

CHINA = timezone(timedelta(hours=8))
FLAGS = "NFMSDCTB"
MS = {"minute": 60_000, "half-hour": 1_800_000, "hour": 3_600_000, "day": 86_400_000}

# period: (made of, when it has a value)
HJ = {"minute": ("sample", 12), "hour": ("minute", 45), "day": ("hour", 20), "month": ("day", 23)}  # of a February
P75 = {"minute": ("sample", 1), "hour": ("sample", "quadrants"), "day": ("hour", 1), "month": ("day", 1)}
MRR = {"minute": ("sample", 1), "hour": ("sample", Fraction(4, 5)), "day": ("hour", 1), "month": ("day", 1)}
IED = {
    "minute": ("sample", Fraction(2, 3)),
    "half-hour": ("minute", Fraction(2, 3)),
    "hour": ("minute", Fraction(2, 3)),
    "day": ("half-hour", "discarded"),
    "month": ("day", 1),
}
REGIMES = {"hj": HJ, "part-75": P75, "eu-mrr": MRR, "eu-ied": IED}


def start_of(period, t):
    local = datetime.fromtimestamp(t // 1000, CHINA).replace(second=0)
    if period == "half-hour":
        local = local.replace(minute=local.minute // 30 * 30)
    elif period != "minute":
        local = local.replace(minute=0)
        if period != "hour":
            local = local.replace(hour=0)
        if period == "month":
            local = local.replace(day=1)
    return int(local.timestamp()) * 1000


def end_of(period, start):
    if period != "month":
        return start + MS[period]
    local = datetime.fromtimestamp(start // 1000, CHINA)
    following = local.replace(year=local.year + local.month // 12, month=local.month % 12 + 1)
    return int(following.timestamp()) * 1000


def forty(number):
    return Fraction(round(number * 10**40), 10**40)  # round() of a Fraction goes half to even


def half_up(number, places):
    scaled = abs(number) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if number >= 0 else -whole, 10**places)


def text(number):
    if number is None:
        return None
    digits = str(abs(number) * 10**40 // 1).rjust(41, "0")
    written = (digits[:-40] + "." + digits[-40:]).rstrip("0").rstrip(".")
    return ("-" if number < 0 else "") + written


def read(line, order):
    t, value, flag, weight, entry = line.rstrip("\n").split("\t")
    t = int(t)
    out = flag == "N" and any(start <= t < end for start, end in order["invalid"])
    valid = value != "" and flag == "N" and not out and not (order["weighted"] and weight == "")
    number = Fraction(value) if valid else None
    return {
        "t": t,
        "flag": "D" if out else flag,
        "out": out,
        "value": number,
        "weight": Fraction(weight) if valid and order["weighted"] else Fraction(1),
        "low": number,
        "high": number,
        "total": None,
        "from": int(entry),
        "to": int(entry),
        "stopped": 0,
    }


def enough(rule, start, length, parts, valid, expected):
    if not valid:
        return False
    if rule == "discarded":
        return expected - len(valid) - sum(part["flag"] == "F" for part in parts) <= 5
    if rule == "quadrants":
        def quarter(part):
            return (part["t"] - start) * 4 // length
        held = {quarter(part) for part in valid}
        heard = {quarter(part) for part in parts}
        ran = {quarter(part) for part in parts if part["flag"] != "F"} | ({0, 1, 2, 3} - heard)
        if ran <= held:
            return True
        times = [part["t"] for part in valid]
        return any(part["flag"] in "CM" for part in parts) and max(times) - min(times) >= 900_000
    if isinstance(rule, Fraction):
        return Fraction(len(valid), expected) >= rule
    return len(valid) >= rule


def flag_of(order, parts, expected, has_value):
    often = {flag: sum(part["flag"] == flag for part in parts) for flag in FLAGS}
    if order["regime"] == "hj":
        return "N" if has_value and Fraction(often["N"], max(expected, len(parts))) >= Fraction(3, 4) else "D"
    if has_value:
        return "N"
    often["B"] += max(0, expected - len(parts))
    del often["N"]
    most = max(often.values())
    return next(flag for flag in FLAGS if often.get(flag) == most) if most > 0 else "D"


def why(parts):
    if any(part["out"] for part in parts):
        return "derive.invalidated"
    return "derive.stopped" if parts and all(part["flag"] == "F" for part in parts) else "derive.coverage"


def period_of(order, period, made_of, rule, start, parts):
    end = end_of(period, start)
    length = end - start
    expected = max(1, length // order["interval"]) if made_of == "sample" else length // MS[made_of]
    valid = [part for part in parts if part["value"] is not None and part["flag"] == "N"]
    weights = sum(part["weight"] for part in valid)
    value, reason = None, None
    if not enough(rule, start, length, parts, valid, expected):
        reason = why(parts)
    elif weights == 0:
        reason = "derive.no-flow"
    else:
        value = forty(sum(part["value"] * part["weight"] for part in valid) / weights)
        if order["places"] is not None:
            value = half_up(value, order["places"])
    if made_of == "sample":
        share = Fraction(sum(part["flag"] == "F" for part in parts) * length, max(expected, len(parts)))
        stopped = int(share + Fraction(1, 2))
    else:
        stopped = sum(part["stopped"] for part in parts)
    total = None
    if value is not None and order["per"] is not None:
        if period in ("day", "month"):
            total = sum(part["total"] for part in valid)
        else:
            time = length - stopped if order["regime"] == "part-75" else length
            total = forty(value * time / order["per"])
    entries = [part["from"] for part in parts if part["from"] is not None]
    ends = [part["to"] for part in parts if part["to"] is not None]
    return {
        "period": period,
        "t": start,
        "flag": flag_of(order, parts, expected, value is not None),
        "out": reason == "derive.invalidated",
        "value": value,
        "reason": reason,
        "weight": forty(weights / len(valid)) if order["weighted"] and valid else Fraction(1),
        "low": min((part["low"] for part in valid), default=None),
        "high": max((part["high"] for part in valid), default=None),
        "total": total,
        "from": min(entries, default=None),
        "to": max(ends, default=None),
        "stopped": stopped,
        "counts": [expected, len(parts), len(valid)],
        "running": length - stopped,
    }


def main():
    order = json.loads(sys.stdin.readline())
    made = {"sample": [read(line, order) for line in sys.stdin]}
    for period, (made_of, rule) in REGIMES[order["regime"]].items():
        groups = {}
        if period not in ("minute", "half-hour"):
            start = start_of(period, order["from"])
            while end_of(period, start) <= order["to"]:
                groups[start] = []
                start = end_of(period, start)
        for part in made[made_of]:
            groups.setdefault(start_of(period, part["t"]), []).append(part)
        made[period] = [period_of(order, period, made_of, rule, start, groups[start]) for start in sorted(groups)]
        for one in made[period]:
            weight = text(one["weight"]) if order["weighted"] and one["counts"][2] > 0 else None
            said = one["reason"] if one["value"] is None else text(one["value"])
            row = [period, one["t"], said, one["flag"], one["counts"], one["running"], text(one["low"]), text(one["high"])]
            print(json.dumps(row + [one["from"], one["to"], weight, text(one["total"])]))


if __name__ == "__main__":
    main()
