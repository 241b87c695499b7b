"""How tests ship a download: a dict of path -> content, as a zip or a folder."""

import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np

from podium.competition.detect import Detected, detect
from podium.competition.params import CompetitionParams
from podium.download.meta import Meta
from podium.download.raw import open_raw
from podium.images.pixels import encode

Files = dict[str, str | bytes]
PNG = encode(np.zeros((4, 4, 3), np.uint8), ".png")


def images(*paths: str) -> Files:
    """One tiny image at each path."""
    return dict.fromkeys(paths, PNG)


def many(pattern: str, count: int, start: int = 0) -> Files:
    """Images at pattern.format(i)."""
    return images(*(pattern.format(i) for i in range(start, start + count)))


def csv(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


def zip_bytes(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tar_bytes(files: Files) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            data = content.encode() if isinstance(content, str) else content
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def ship_zip(files: Files, folder: Path) -> Path:
    path = folder / "comp.zip"
    path.write_bytes(zip_bytes(files))
    return path


def ship_folder(files: Files, folder: Path) -> Path:
    for name, content in files.items():
        path = folder / "comp" / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / "comp"


def found(files: Files, folder: Path, meta: Meta | None = None, **params: object) -> Detected:
    """What detection makes of the files."""
    path = ship_zip(files, folder)
    asked = CompetitionParams.model_validate({"path": str(path), **params})
    return detect(open_raw(path, asked.limits), asked, meta or Meta())
