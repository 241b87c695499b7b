"""A JPEG that is damaged in its middle is decoded to its end: what libjpeg says of it must reach its note."""

import io
import os
import re
import subprocess
import sys

import cv2
import numpy as np
import pytest
from PIL import Image

from podium.images.audit import Audited, audit_all
from podium.images.hearing import Ear, listening
from podium.images.params import Storage

RANDOM = np.random.default_rng(0)
NOTE = "damaged inside (premature end of data segment): a part may be grey or garbled"


def photo(number: int) -> bytes:
    noise = np.random.default_rng(number).integers(0, 255, (24, 32, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(cv2.resize(noise, (320, 240), interpolation=cv2.INTER_CUBIC)).save(buffer, "JPEG")
    return buffer.getvalue()


def overwritten(data: bytes, by: bytes) -> bytes:
    """As by a lost sector: the length stays, and so do beginning and end."""
    at = len(data) // 2
    return data[:at] + by + data[at + len(by) :]


def audited(content: dict[str, bytes], workers: int) -> dict[str, Audited]:
    with listening() as ear:
        return dict(audit_all(content, content.__getitem__, Storage(), 200.0, workers, ear=ear))


@pytest.mark.parametrize("by", [bytes(512), RANDOM.bytes(512)], ids=["zeros", "noise"])
@pytest.mark.parametrize("workers", [1, 4])
def test_damage_in_the_middle_is_told_of_the_damaged_alone(by: bytes, workers: int) -> None:
    content = {f"{number}.jpg": photo(number) for number in range(24)}
    content |= {f"{number}.jpg": overwritten(photo(number), by) for number in (5, 6, 23)}
    found = audited(content, workers)
    assert {name for name, facts in found.items() if facts.status == "repaired"} == {
        "5.jpg",
        "6.jpg",
        "23.jpg",
    }
    assert {facts.note for facts in found.values()} == {"", NOTE}
    assert found["5.jpg"].data == content["5.jpg"]  # stored as shipped: a bundle opens it alike


def test_a_file_that_ends_early_has_one_note() -> None:
    cut = audited({"cut.jpg": photo(0)[:-2000]}, 1)["cut.jpg"]
    assert (cut.status, cut.note) == ("repaired", "damaged: the part that could be read was kept")


def test_bytes_that_cameras_leave_before_the_end_are_no_damage() -> None:
    data = photo(0)
    assert audited({"a.jpg": data[:-2] + b"\x01\x02" + data[-2:]}, 1)["a.jpg"].status == "ok"
    many = audited({"a.jpg": data[:-2] + b"\x01" * 40 + data[-2:]}, 1)["a.jpg"]
    assert re.fullmatch(r"damaged inside \(3\d extraneous bytes before marker 0xd9\): .*", many.note)


def test_the_screen_is_pythons_own_and_comes_back(capfd: pytest.CaptureFixture[str]) -> None:
    with listening() as ear:
        start = ear.now()
        os.write(2, b"libpng warning: iCCP: known incorrect sRGB profile\n" * 2)
        os.write(2, b"Corrupt JPEG data: bad Huffman code\n")
        assert ear.grave(start) == "Corrupt JPEG data: bad Huffman code" and ear.grave(ear.now()) == ""
        print("ingest: 3 images", file=sys.stderr)
        assert capfd.readouterr().err == "ingest: 3 images\n"
    assert capfd.readouterr().err == "libpng warning: iCCP: known incorrect sRGB profile\n"
    os.write(2, b"again\n")
    assert capfd.readouterr().err == "again\n"


def test_without_a_standard_error_nothing_is_heard_and_all_is_read() -> None:
    script = (
        "import os; os.close(2)\nfrom podium.images.hearing import listening\n"
        "with listening() as ear:\n    assert ear.now() == 0 and ear.grave(0) == ''\nprint('done')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout == "done\n"
    assert Ear().now() == 0
