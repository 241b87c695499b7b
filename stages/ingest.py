"""Finds train, validation, test, labels and the submission's form, and opens every shipped image once."""

import os
from pathlib import Path

from tqdm import tqdm

from podium.competition import hidden, index
from podium.competition.detect import detect
from podium.competition.params import CompetitionParams
from podium.contracts import findings
from podium.contracts.competition import Finding
from podium.download.meta import read_meta
from podium.foundation import room
from podium.foundation.entry import run
from podium.foundation.params import load
from podium.images.audit import audit_all, stored_bytes
from podium.images.channels import survey
from podium.images.hearing import listening
from podium.images.opening import raw_pixels
from podium.images.params import ImageParams

INDEX = Path("data/index")
IMAGES = Path("data/images")


def main() -> None:
    params, image = load(CompetitionParams), load(ImageParams)
    path = Path(params.path).expanduser()
    meta = read_meta(path)
    raw = hidden.opened(path, params, meta)
    detected = detect(raw, params, meta)
    print(f"{path}:\n{index.table(detected.findings)}", flush=True)
    shipped = [one.path for one in detected.images]
    meaning, said = survey(shipped, raw.read, raw_pixels, image.channels)
    with listening():
        size = stored_bytes(shipped, raw.read, image.storage, params.limits.megapixels, meaning)
    way = "free its disk, or lower image.storage.short_side"
    room.need("ingest", f"storing {len(shipped):,} images", size, IMAGES, way)
    with listening() as ear:
        names = tqdm(shipped, "ingest", unit="image", disable=None)
        workers = os.cpu_count() or 1
        audited = audit_all(names, raw.read, image.storage, params.limits.megapixels, workers, meaning, ear)
        frame = index.store(detected, audited, IMAGES)
    then = [Finding(what="channels", found=text) for text in said]
    then += index.judge(frame, detected, params.on_unreadable == "fail")
    index.write(detected, frame, meaning, INDEX)
    findings.write([*detected.findings, *then])
    print(index.table(then))


if __name__ == "__main__":
    run(main)
