"""Downloads whose pictures are no image files: what they are instead, by name, and the way out."""

import re
from collections import Counter

from podium.competition.roles import word_role
from podium.competition.suffixes import FILMS, SOUNDS, pictures, stem
from podium.competition.suffixes import SUFFIXES as IMAGES
from podium.download import letters
from podium.download.archives import part_of
from podium.download.raw import Raw
from podium.download.tables import SUFFIXES, UNNAMED
from podium.foundation.errors import UserError
from podium.foundation.instead import sentence

PACKED = (".gz", ".rar", ".bz2", ".xz", ".zst", ".lz4", ".z", ".lzma", ".cab", ".br", ".lz", ".iso", ".lzh")
KINDS = {  # what a suffix means, where no image lies beside it
    ".tfrec": "TFRecords", ".tfrecord": "TFRecords", ".tfrecords": "TFRecords",
    ".npz": "NumPy arrays", ".npy": "NumPy arrays", ".bson": "BSON documents",
    ".h5": "HDF5 arrays", ".hdf5": "HDF5 arrays", ".mat": "MATLAB arrays", ".rds": "R arrays",
    ".pkl": "Python pickles", ".pickle": "Python pickles",
    ".pt": "PyTorch tensors", ".pth": "PyTorch tensors",
    ".parquet": "Parquet tables of pixels", ".feather": "Feather tables of pixels",
    ".dcm": "DICOM scans", ".dicom": "DICOM scans", ".nii": "NIfTI volumes", ".mha": "MetaImage volumes",
    ".svs": "microscope slides", ".zarr": "Zarr arrays", ".lmdb": "LMDB databases", ".mdb": "LMDB databases",
    ".rec": "MXNet records", ".ndjson": "drawings as strokes", ".svg": "vector drawings",
    **dict.fromkeys(FILMS, "videos"), **dict.fromkeys(SOUNDS, "sounds"),
    **dict.fromkeys(("-ubyte", "-ubyte.gz", ".idx"), "IDX arrays, as MNIST's"),
    ".json": "numbers in JSON",
}  # fmt: skip
PHOTOS = (
    ".dng", ".cr2", ".cr3", ".arw", ".nef", ".exr", ".tga", ".raw", ".ico", ".pcx", ".dds", ".sgi", ".pfm",
    ".hdr", ".fits", ".fit", ".jxr", ".wdp", ".xcf", ".eps", ".orf", ".rw2", ".raf",
)  # fmt: skip
BOOKS = (
    ".xlsx", ".xls", ".xlsm", ".ods", ".sqlite", ".sqlite3", ".db", ".rds", ".rdata", ".mat", ".npy", ".npz",
    ".pkl", ".pickle", ".h5", ".hdf5",
)  # fmt: skip
TEXTS = (".md", ".pdf", ".html", ".yaml", ".yml", ".py", ".ipynb", ".zip", ".jsonl", ".lst", ".log", ".names")
BOXES = (".txt", ".xml", ".json")  # what lies beside an image, under its name, where it shows boxes
START = 1 << 16  # bytes of a table in which its header line ends
ADDRESS, ADDRESSES = re.compile(rb'"url', re.IGNORECASE), "addresses of pictures in JSON"
ADDRESS_CELL, ADDRESSES_CELLS = re.compile(rb"[,;\t\n\"]https?://", re.IGNORECASE), "addresses of pictures"
STROKES = re.compile(rb"\[\[\[\d")  # a drawing as lists of points
MANY = 64  # columns of numbers that make a table one of pixels: an 8 x 8 image
WIDE = ("pixel", "px")
RUN_OF_PIXELS = re.compile(r"(?:\d+ ){63}\d")  # a cell of 64 numbers
WAY_OUT = (
    "write each picture as a PNG or JPEG file, test pictures named by their ids, and give that folder as "
    "competition.path"
)


def no_images(raw: Raw) -> UserError:
    """The refusal of a download that holds no image file."""
    names = raw.names()
    for part in filter(None, map(part_of, names)):
        return UserError(f"{raw.path} holds no images: {part}")
    packed = _first_train([name for name in names if name.lower().endswith(PACKED) and not _kind(raw, name)])
    if packed and "ubyte" not in packed[0].lower():
        return UserError(
            f"{raw.path} holds no images but {_some(packed)}, which is not unpacked here: unpack it and give "
            "the folder as competition.path."
        )
    kinds = Counter(kind for name in names if (kind := _kind(raw, name)))
    for kind, _ in sorted(
        kinds.items(),
        key=lambda item: (item[0] in (KINDS[".json"], ADDRESSES, ADDRESSES_CELLS), -item[1], item[0]),
    ):
        these = _first_train([name for name in names if _kind(raw, name) == kind])
        return UserError(
            f"{raw.path} holds no image files but {kind} ({_some(these)}), which Podium does not read: "
            f"{WAY_OUT}."
        )
    plain = sorted((name for name in names if not has_known_suffix(name)), key=raw.size)
    told = sentence(raw.glance(plain[-1], START), "picture") if plain else ""
    if told:
        return UserError(f"{raw.path} holds no image files: {plain[-1]} is {told}; {WAY_OUT}.")
    some = f", such as {max(names, key=raw.size)}" if names else ""
    return UserError(
        f"{raw.path} holds no images ({len(names):,} other files{some}): is it the competition's download?"
    )


def has_known_suffix(name: str) -> bool:
    """Whether the file's suffix tells what it is: an image, a table, an archive, a text or another format."""
    return name.lower().endswith((*IMAGES, *SUFFIXES, *KINDS, *PHOTOS, *PACKED, *BOOKS, *BOXES, *TEXTS))


def unread(raw: Raw) -> list[str]:
    """Sentences about pictures that are not read, beside others that are."""
    photos = [name for name in raw.names() if name.lower().endswith(PHOTOS)]
    _, measured = pictures(raw.names())
    said = []
    if photos:
        said.append(
            f"{len(photos):,} pictures of a format that is not read ({_some(photos)}): convert them to PNG "
            "or JPEG, or they are as if not there"
        )
    packed = [name for name in raw.names() if name.lower().endswith(PACKED)]
    if packed:
        said.append(f"{_some(packed)} was not unpacked: unpack it where it is wanted")
    if measured:
        said.append(
            f"{len(measured):,} DICOM files or NumPy arrays ({_some(measured)}) lie beside at least as many "
            "pictures and are as if not there: give a folder without those pictures to read them"
        )
    return said


def closed(raw: Raw) -> list[str]:
    """Sentences about test pictures in a container that is not read, where no other test pictures are."""
    found, _ = pictures(raw.names())
    if any(word_role(part) == "test" for name in found for part in name.split("/")[:-1]):
        return []
    kinds = {name: _kind(raw, name) for name in raw.names() if word_role(name.rpartition("/")[2]) == "test"}
    empty = [name for name in sorted(raw.folders) if word_role(name.rpartition("/")[2]) == "test"]
    return [
        f"{name}/ holds no image, as where notebooks alone see the test images: put some there to predict"
        for name in empty[:1]
    ] + [
        f"{name} holds {kind}, which Podium does not read: write each picture as a PNG or JPEG file"
        for name, kind in kinds.items()
        if kind and not name.lower().endswith(".json")
    ]


def pixel_table(raw: Raw) -> UserError | None:
    """The refusal of a download whose pictures are rows of a table, a few image files beside them or not."""
    these = _first_train([name for name in raw.names() if _is_pixels(raw, name)])
    if not these:
        return None
    return UserError(f"{these[0]} holds pictures as rows of pixels, which Podium does not read: {WAY_OUT}.")


def other_labels(raw: Raw, images: list[str]) -> str | None:
    """A sentence about files that seem to hold the labels, but in a form that is not read."""
    books = _first_train(
        [name for name in raw.names() if name.lower().endswith(BOOKS) and name not in set(images)]
    )
    if books:
        return (
            f"{books[0]} may hold the labels, but it is no text table: save it as CSV beside the images and "
            "give that folder as competition.path."
        )
    packed = _first_train([name for name in raw.names() if name.lower().endswith(PACKED)])
    if packed:
        return (
            f"no labels found, but {_some(packed)}, which is not unpacked here: unpack it and give the "
            "folder as competition.path."
        )
    stems = {stem(path.rpartition("/")[2]) for path in images}
    boxes = [name for name in raw.names() if name.lower().endswith(BOXES) and _stem(name) in stems]
    if images and len(boxes) * 2 >= len(stems):
        return (
            f"{boxes[0]} and {len(boxes) - 1:,} more lie beside images as their boxes do, so this is an "
            "object detection; Podium gives each image one class and does not take it."
        )
    return None


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0]


def _kind(raw: Raw, name: str) -> str:
    lower = name.lower()
    if lower.endswith(PHOTOS):
        return "pictures of another format"
    kind = next((kind for suffix, kind in KINDS.items() if lower.endswith((suffix, suffix + ".gz"))), "")
    if lower.endswith(SUFFIXES) and STROKES.search(raw.glance(name, START)):
        return KINDS[".ndjson"]
    if lower.endswith(".json") and ADDRESS.search(raw.glance(name, START)):
        return ADDRESSES
    if lower.endswith(SUFFIXES) and ADDRESS_CELL.search(raw.glance(name, START)):
        return ADDRESSES_CELLS
    return kind or ("tables of pixels" if _is_pixels(raw, name) else "")


def _is_pixels(raw: Raw, name: str) -> bool:
    """Whether a text table's header has a column of pixels, or so many columns that they must be pixels."""
    if not name.lower().endswith(SUFFIXES):
        return False
    start = letters.read(raw.glance(name, START)).text
    header = start.partition("\n")[0].lower()
    columns = [column.strip(' "\r') for column in header.replace("\t", ",").replace(";", ",").split(",")]
    wide = [column for column in columns if column.startswith(WIDE) or UNNAMED.fullmatch(column)]
    numbers = [column for column in columns if column.replace(".", "").replace("x", "").isdigit()]
    if RUN_OF_PIXELS.search(start):
        return True
    return "pixels" in columns or max(len(wide), len(numbers)) >= MANY


def _first_train(names: list[str]) -> list[str]:
    """The names, those first that tell the training pictures."""
    return sorted(names, key=lambda name: ("train" not in name.lower(), name))


def _some(names: list[str]) -> str:
    return names[0] + (f" and {len(names) - 1:,} more" if names[1:] else "")
