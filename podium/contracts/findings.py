"""data/findings.json: the table that ingest prints: what was looked for, what was found, why.

It tells and decides nothing: it lies beside data/index, on which nearly every stage depends, so that other
words for the same find run nothing again but the report.
"""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from podium.contracts import document
from podium.contracts.competition import Finding
from podium.foundation.files import write_json

PATH = Path("data/findings.json")
VERSION = 1


class Findings(BaseModel):
    """findings.json."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = VERSION
    findings: list[Finding]


def write(findings: Sequence[Finding], path: Path = PATH) -> None:
    """Writes findings.json."""
    write_json(path, Findings(findings=list(findings)).model_dump(mode="json"))


def read(path: Path = PATH) -> list[Finding]:
    """The findings in order. Raises UserError where they are missing, broken or of another version."""
    return document.read(path, Findings, VERSION).findings
