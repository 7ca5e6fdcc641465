"""What a site derives in a month, computed offline from all its readings at once; it shares nothing with the product.

stdin: a line of JSON {from, to, channels: [{id, places, how}]}, each channel after those it is made of, `how` as its
declaration has it; then a line a poll: its time, the number of its entry, and JSON {channel: [value, flag]}, with tabs
between. stdout: a line of JSON a period and channel: [period, start, channel, [value, flag, reason], [valid, possible]].
"""
import json
import os
import sys
from bisect import bisect_left
from fractions import Fraction

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "feed", "derive", "average"))
from judge import MS, REGIMES, end_of, half_up, period_of, start_of  # noqa: E402

PERIODS = ["minute", "hour", "day", "month"]


def written(number, places):
    digits = str(abs(number) * 10**places // 1).rjust(places + 1, "0")
    whole, part = (digits[:-places], digits[-places:]) if places else (digits, "")
    text = whole + ("." + part if places else "")
    return "-" + text if number < 0 else text


def grouped(channel, levels, order, samples):
    """All periods of a channel: of its samples, and longer ones of shorter ones."""
    made = {"sample": samples}
    for period, (made_of, rule) in levels.items():
        groups = {}
        if period != "minute":
            start = start_of(period, order["from"])
            while end_of(period, start) <= order["to"]:
                groups[start] = []
                start = end_of(period, start)
        for part in made[made_of]:
            groups.setdefault(start_of(period, part["t"]), []).append(part)
        made[period] = [period_of(channel, period, made_of, rule, start, groups[start]) for start in sorted(groups)]
    return {(period, one["t"]): one for period in levels for one in made[period]}


def sample(t, value, flag, entry, weight=Fraction(1), reason=None):
    valid = value is not None and flag == "N" and weight is not None
    number = value if valid else None
    return {
        "t": t, "flag": flag, "out": False, "value": number, "low": number, "high": number, "total": None,
        "weight": weight if valid else Fraction(1), "from": entry, "to": entry, "stopped": 0, "reason": reason,
    }


def measured(one, order, polls):
    how = one["how"]
    found = [(t, entry, *data[one["id"]]) for t, entry, data in polls if one["id"] in data]
    samples = [sample(t, None if v is None else Fraction(v), flag, entry) for t, entry, v, flag in found]
    channel = {"regime": how["regime"], "interval": how["every"], "places": one["places"], "weighted": False, "per": None}
    return grouped(channel, REGIMES[how["regime"]], order, samples)


def reference_oxygen(c, o2, ref):
    return None if o2 < 0 or o2 > 20 else c * (21 - ref) / (21 - o2)


def emission_rate(c, q):
    return None if q < 0 else c * q / 10**6


def purchased_power(w, ef):
    return w * ef


FORMULAS = {
    "reference-oxygen": (reference_oxygen, ["C_mg_m3", "O2_pct", "O2ref_pct"], "derive.oxygen"),
    "emission-rate": (emission_rate, ["C_mg_m3", "Q_m3_h"], "derive.negative"),
    "purchased-power": (purchased_power, ["W_MWh", "EF_t_per_MWh"], "?"),
}


def formula(one, order, periods):
    how = one["how"]
    at = how["at"]
    compute, names, otherwise = FORMULAS[how["formula"]]
    inputs = {name: text.partition("*") for name, text in how["in"].items()}
    sources = [channel for channel, _, _ in inputs.values() if not channel.startswith("=")]
    samples = []
    for start in sorted({start for source in sources for (period, start) in periods[source] if period == at}):
        values, flags, entries = [], [], []
        for name in names:
            channel, _, times = inputs[name]
            if channel.startswith("="):
                values.append(Fraction(channel[1:]))
                continue
            part = periods[channel].get((at, start))
            flags.append(part["flag"] if part else "D")
            known = part is not None and part["value"] is not None
            values.append(part["value"] * Fraction(times or "1") if known else None)
            if part and part["counts"][1] > 0:
                entries.append(part["from"])
        if not entries:
            continue
        value = None if None in values else compute(*values)
        flag = next((flag for flag in flags if flag != "N"), "D" if value is None else "N")
        reason = "derive.input-missing" if None in values else otherwise if value is None else None if flag == "N" else "derive.doubt"
        weight = Fraction(1)
        if "weight" in how:
            heavy = periods[how["weight"]].get((at, start))
            weight = heavy["value"] if heavy and heavy["value"] is not None and heavy["value"] >= 0 else None
        samples.append(sample(start, value, flag, min(entries), weight, reason))
    reasons = {one["t"]: one["reason"] for one in samples}
    longer = PERIODS[PERIODS.index(at):]
    levels = {}
    for period in longer:
        made_of, rule = REGIMES[how["regime"]][period]
        levels[period] = ("sample", 1) if period == at else (made_of if made_of in longer else "sample", rule)
    channel = {
        "regime": how["regime"], "interval": MS[at], "places": one["places"], "weighted": "weight" in how,
        "per": MS["hour"] if how["longer"] == "sum" else None,
    }
    made = grouped(channel, levels, order, samples)
    for (period, start), part in made.items():
        if period == at and part["reason"] == "derive.coverage" and reasons.get(start):
            part["reason"] = reasons[start]
    return made


def number_of(how, name):
    return Fraction(how["in"][name][1:])


def moves(how, polls):
    """The counter after each of its readings, by time: (t, counted so far, breaks so far)."""
    counter, meter = how["in"]["counter"], how["in"]["meter"]
    modulus, most, step = (number_of(how, name) for name in ("modulus", "most", "step"))
    fresh = number_of(how, "fresh_s") * 1000
    readings = []
    for t, entry, data in polls:
        if meter in data and data[meter][0] is not None:
            readings.append((t, entry, 0, data[meter][0]))
        if counter in data and data[counter][0] is not None and data[counter][1] in "NF":
            readings.append((t, entry, 1, data[counter][0]))
    history, counted, breaks = [], Fraction(0), 0
    who, last = None, None
    for t, _, kind, text in sorted(readings):
        if kind == 0:
            if who is None and last is not None and last["who"] is None:
                last["who"] = text
            who = text
            continue
        value = Fraction(text)
        if value < 0 or value >= modulus:
            continue
        if last is not None:
            passed = t - last["t"] if t > last["t"] else fresh
            limit = most * passed / 3_600_000 + step
            forward = value - last["value"]
            if last["who"] != who:
                breaks += 1
            elif 0 <= forward <= limit:
                counted += forward
            elif forward < 0 and 0 <= forward + modulus <= limit:
                counted += forward + modulus
            else:
                breaks += 1
        last = {"t": t, "value": value, "who": who}
        history.append((t, counted, breaks))
    return history


def consumption(one, order, polls):
    how = one["how"]
    history = moves(how, polls)
    times = [t for t, _, _ in history]
    fresh = number_of(how, "fresh_s") * 1000

    def at(moment, as_start):
        index = bisect_left(times, moment)
        if index > 0 and moment - times[index - 1] <= fresh:
            return history[index - 1]
        return history[index] if as_start and index < len(times) and times[index] == moment else None

    made = {}
    for period in PERIODS[PERIODS.index(how["at"]):]:
        start = start_of(period, order["from"])
        while end_of(period, start) <= order["to"]:
            end = end_of(period, start)
            known = [at(start, True), at(end, False)]
            have = [one for one in known if one is not None]
            value, reason = None, "derive.counter-gap"
            if len(have) == 2:
                reason = "derive.counter"
                if known[0][2] == known[1][2]:
                    value = known[1][1] - known[0][1]
            if have or period != "minute":
                made[(period, start)] = {
                    "t": start, "period": period, "value": value, "reason": reason, "total": None, "from": 0,
                    "flag": "D" if value is None else "N", "counts": [2, len(have), len(have)],
                }
            start = end
    return made


def main():
    order = json.loads(sys.stdin.readline())
    polls = []
    for line in sys.stdin:
        t, entry, data = line.rstrip("\n").split("\t")
        polls.append((int(t), int(entry), json.loads(data)))
    periods = {}
    for one in order["channels"]:
        name = one["how"]["formula"]
        if name == "mean":
            periods[one["id"]] = measured(one, order, polls)
        elif name == "consumption":
            periods[one["id"]] = consumption(one, order, polls)
        else:
            periods[one["id"]] = formula(one, order, periods)
    for one in order["channels"]:
        how = one["how"]
        for (period, start), part in sorted(periods[one["id"]].items()):
            if end_of(period, start) > order["to"]:
                continue
            sums = how["longer"] == "sum" and how["formula"] != "consumption" and period != how["at"]
            value = part["total"] if sums else part["value"]
            if value is None:
                said = [None, part["flag"], part["reason"]]
            else:
                said = [written(half_up(value, one["places"]), one["places"]), part["flag"]]
            print(json.dumps([period, start, one["id"], said, [part["counts"][2], part["counts"][0]]]))


main()
