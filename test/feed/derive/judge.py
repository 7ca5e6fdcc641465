"""What Python's decimal and statistics modules make of audits, deviations, control charts and Student's t. One case a line, JSON."""
import json
import math
import sys
from decimal import Decimal as D, getcontext
from fractions import Fraction as F
from statistics import mean, stdev

getcontext().prec = 60


def audit(case):
    reference = [D(a) for a, _ in case["runs"]]
    cems = [D(b) for _, b in case["runs"]]
    apart = [a - b for a, b in zip(reference, cems)]
    middle, spread, n = mean(apart), stdev(apart), len(apart)
    confidence = D(case["t"]) * spread / D(n).sqrt()
    biased = middle > confidence
    return {
        "meanDifference": middle,
        "deviation": spread,
        "confidence": confidence,
        "accuracy": (abs(middle) + confidence) / mean(reference) * 100,
        "factor": 1 + abs(middle) / mean(cems) if biased else D(1),
    }


def eu(case):
    values = [D(v) for v in case["values"]]
    return {"value": mean(values) + 2 * stdev(values)}


def charts(case):
    s = F(case["s"])
    hx, kx, hs, ks = [F(text) for text in case["constants"]]
    up = down = squares = weighted = F(0)
    last = None
    signals = []
    for d in map(F, case["differences"]):
        up = max(F(0), up + d - kx * s)
        down = max(F(0), down - d - kx * s)
        if last is not None:
            squares = max(F(0), squares + (d - last) ** 2 / 2 - ks * s * s)
        last = d
        weighted = F("0.2") * d + F("0.8") * weighted
        found = []
        if squares > hs * s * s:
            found.append("cusum-precision")
        if up > hx * s:
            found.append("cusum-high")
        if down > hx * s:
            found.append("cusum-low")
        if abs(weighted) > s:  # 3 s sqrt(0.2 / 1.8)
            found.append("ewma")
        signals.append(found)
    return {"signals": signals}


def student(case):
    """The share of Student's distribution within +-t, by Simpson's rule."""
    df, steps = case["df"], 2000
    scale = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(df * math.pi)

    def within(t):
        h = t / steps
        heights = [(1 + (i * h) ** 2 / df) ** (-(df + 1) / 2) for i in range(steps + 1)]
        return 2 * scale * h / 3 * (heights[0] + heights[-1] + 4 * sum(heights[1::2]) + 2 * sum(heights[2:-1:2]))

    t = float(case["t"])
    return {"rounds": within(t - 0.0005) < 0.95 < within(t + 0.0005)}


kinds = {"audit": audit, "eu": eu, "charts": charts, "student": student}
for row in sys.stdin:
    case = json.loads(row)
    print(json.dumps(kinds[case["kind"]](case), default=str))
