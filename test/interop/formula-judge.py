#!/usr/bin/env python3
"""Computes the lines of formula traces with Python's own decimal arithmetic: a JSON list of texts in, a list of results out.

A text is an expression or a comparison with every value put in. Its result is a string of 60 digits, or true or false.
"""
import json
import re
import sys
from decimal import ROUND_HALF_UP, Decimal, getcontext

getcontext().prec = 120
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def rounded(value, places):
    return value.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)


WORDS = {
    "__builtins__": {},
    "D": Decimal,
    "sqrt": Decimal.sqrt,
    "exp": Decimal.exp,
    "max": max,
    "min": min,
    "round": rounded,
}


def result(text):
    value = eval(NUMBER.sub(lambda number: f'D("{number[0]}")', text), WORDS)
    return value if isinstance(value, bool) else f"{value:.60g}"


json.dump([result(text) for text in json.load(sys.stdin)], sys.stdout)
