"""Yes and no as tables write them: 1 and 0, TRUE and FALSE, yes and no, a cross and nothing."""

YES = {
    "1",
    "1.0",
    "true",
    "yes",
    "y",
    "t",
    "x",
    "on",
    "✓",
    "✔",
    "☑",
    "ja",
    "oui",
    "si",
    "sí",
    "da",
    "wahr",
    "vrai",
    "да",
}
NO = {
    "0",
    "0.0",
    "false",
    "no",
    "n",
    "f",
    "off",
    "",
    "-",
    "✗",
    "☐",
    "nein",
    "non",
    "ne",
    "falsch",
    "faux",
    "нет",
}


def truth(cell: str) -> str:
    """`1` or `0` where the cell says so, else the cell itself."""
    word = cell.casefold()
    return "1" if word in YES else "0" if word in NO else cell
