"""The mark between the labels of a cell that holds several."""

import re

INTEGERS = re.compile(r"\d+(?: \d+)+")
MARKS = ("|", ";", ",", " ")  # between the labels of a cell, tried in this order
BARS = ("|", ";")  # of them those that names of classes hardly ever hold
MANY = 8  # different cells from which few words in many mixtures look like several labels


def mark_between(cells: list[str]) -> str:
    """The mark between the labels of cells that hold several; empty where each cell is one label."""
    values = {cell for cell in cells if cell}
    for mark in MARKS:
        several = {value for value in values if mark in value}
        words = [word.strip() for value in several for word in value.split(mark)]
        alone = sum(word in values for word in words)
        mixed = len(values) >= MANY and len({*words, *(values - several)}) * 2 < len(values)
        numbered = any(INTEGERS.fullmatch(value) for value in several)
        barred = mark in BARS and alone and alone * 2 >= len(words)
        if several and (mixed or numbered or barred or alone * 2 > len(words)):
            return mark
    return ""
