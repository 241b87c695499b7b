"""Every image form, whole or hostile, becomes upright RGB or a reason; the facts are the same bits always."""

import io
import struct
import threading
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from podium.images.audit import Audited, audit, audit_all, phash
from podium.images.exif import Origin
from podium.images.headers import usual_size
from podium.images.kinds import Unreadable
from podium.images.opening import TOLERANT, open_image
from podium.images.params import Storage
from podium.images.pixels import decode

STORAGE = Storage()
LIMIT = 200.0  # megapixels
PICTURE = cv2.resize(
    np.random.default_rng(0).integers(0, 255, (6, 9, 3), dtype=np.uint8),
    (60, 40),
    interpolation=cv2.INTER_CUBIC,
)
IMAGE = Image.fromarray(PICTURE)


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def look(data: bytes, storage: Storage = STORAGE) -> Audited:
    return audit(data, storage, LIMIT)


def turned(number: int, form: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x0112] = number
    return encoded(IMAGE, form, exif=exif, quality=95)


def png_header(width: int, height: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    return (
        head
        + struct.pack(">I", len(data) - 4)
        + data
        + struct.pack(">I", zlib.crc32(data))
        + b"\0\0\0\0IEND\xaeB`\x82"
    )


JPEG = encoded(IMAGE, "JPEG", quality=95)
BIG = encoded(IMAGE.resize((300, 200)), "JPEG", quality=95)
SIXTEEN = cv2.imencode(".png", PICTURE[..., 0].astype(np.uint16) * 257)[1].tobytes()
VERBATIM = {
    "jpeg": JPEG,
    "progressive": encoded(IMAGE, "JPEG", quality=95, progressive=True),
    "grey jpeg": encoded(IMAGE.convert("L"), "JPEG"),
    "png": encoded(IMAGE, "PNG"),
    "grey png": encoded(IMAGE.convert("L"), "PNG"),
    "upright by exif": turned(1),
    "one pixel": encoded(Image.new("RGB", (1, 1), "white"), "PNG"),
    "long and thin": encoded(Image.new("RGB", (20_000, 3), "white"), "PNG"),
}
TURNED_TO_RGB = {
    "cmyk jpeg": encoded(IMAGE.convert("CMYK"), "JPEG", quality=95),
    "alpha png": encoded(IMAGE.convert("RGBA"), "PNG"),
    "grey alpha png": encoded(IMAGE.convert("LA"), "PNG"),
    "palette png": encoded(IMAGE.convert("P", palette=Image.Palette.ADAPTIVE), "PNG"),
    "bilevel png": encoded(IMAGE.convert("1"), "PNG"),
    "16-bit png": SIXTEEN,
    "16-bit rgb png": cv2.imencode(".png", PICTURE.astype(np.uint16) * 257)[1].tobytes(),
    "gif": encoded(IMAGE, "GIF"),
    "animated gif": encoded(IMAGE, "GIF", save_all=True, append_images=[Image.new("RGB", IMAGE.size)]),
    "bmp": encoded(IMAGE, "BMP"),
    "webp": encoded(IMAGE, "WEBP"),
    "ppm": encoded(IMAGE, "PPM"),
    "pgm": encoded(IMAGE.convert("L"), "PPM"),
    "tiff": encoded(IMAGE, "TIFF"),
    "packed tiff": encoded(IMAGE, "TIFF", compression="tiff_lzw"),
    "16-bit tiff": encoded(Image.fromarray(PICTURE[..., 0].astype(np.uint16)), "TIFF"),
    "float tiff": encoded(Image.fromarray(PICTURE[..., 0].astype(np.float32)), "TIFF"),
}
UNREADABLE = {
    "empty": (b"", "the file is empty"),
    "html": (b"<html><body>404", "an HTML page and no picture: the server sent a page"),
    "another kind of tiff": (b"II*\0\x10\0\0\0CR\2\0" + bytes(99),
                             "a tiff file whose header is broken (no reader knows it)"),
    "jpeg that was copied as text": (BIG.replace(b"\n", b"\r\n"),
                                     "a picture that was copied as text: copy it again"),
    "text": (b"hello", "no image: the file starts with 'hello'"),
    "zeros": (b"\0" * 500, "the file holds zero bytes alone"),
    "magic alone": (b"\xff\xd8\xff", "a jpeg file whose header is broken"),
    "cut in the header": (JPEG[:100], "a jpeg file whose header is broken"),
    "png magic alone": (b"\x89PNG\r\n\x1a\n", "a png file whose header is broken"),
    "png with rubbish": (b"\x89PNG\r\n\x1a\n" + b"x" * 300, "a png file whose header is broken"),
    "gif header alone": (encoded(IMAGE, "GIF")[:12], "a gif file"),
    "bmp header alone": (encoded(IMAGE, "BMP")[:20], "a bmp file whose header is broken"),
    "tiff header alone": (b"II*\0" + b"\xff" * 8, "a tiff file"),
    "webp header alone": (encoded(IMAGE, "WEBP")[:16], "a webp file whose header is broken"),
    "ppm without pixels": (b"P6\n", "a pnm file whose header is broken"),
    "ppm with a negative size": (b"P6 -5 7 255\n" + b"x" * 99, "a pnm file whose header is broken"),
    "bomb of 900 megapixels": (png_header(30_000, 30_000),
                               "30000 x 30000 pixels are more than competition.limits.megapixels = 200"),
    "bomb of the largest png": (png_header(2**31 - 1, 2**31 - 1), "more than competition.limits.megapixels"),
    "no width": (png_header(0, 10), "a png file"),
    "ppm bomb": (b"P6 99999 99999 255\n", "99999 x 99999 pixels are more than competition.limits"),
}  # fmt: skip


@pytest.mark.parametrize("name", VERBATIM)
def test_a_plain_image_is_kept_as_shipped(name: str) -> None:
    facts = look(VERBATIM[name])
    assert (facts.status, facts.note, facts.data) == ("ok", "", VERBATIM[name])
    assert decode(facts.data).shape[:2] == (facts.height, facts.width)


@pytest.mark.parametrize("name", TURNED_TO_RGB)
def test_every_other_form_becomes_rgb(name: str) -> None:
    facts = look(TURNED_TO_RGB[name])
    assert facts.status == "ok"
    assert (facts.width, facts.height) == (60, 40)
    assert facts.data != TURNED_TO_RGB[name]
    assert decode(facts.data).shape == (40, 60, 3)


@pytest.mark.parametrize("name", ["alpha png", "bmp", "ppm", "tiff", "packed tiff", "16-bit rgb png"])
def test_lossless_forms_keep_every_pixel(name: str) -> None:
    want = PICTURE[..., ::-1] if name == "16-bit rgb png" else PICTURE  # OpenCV wrote it as BGR
    assert (decode(look(TURNED_TO_RGB[name]).data) == want).all()


def test_cmyk_is_not_inverted() -> None:
    assert np.abs(open_image(TURNED_TO_RGB["cmyk jpeg"], LIMIT, 320).pixels.astype(int) - PICTURE).mean() < 4


def test_sixteen_bits_are_scaled() -> None:
    pixels = open_image(SIXTEEN, LIMIT, 320).pixels
    assert (pixels[..., 0] == PICTURE[..., 0]).all()
    assert "scaled to 8 bits" in look(SIXTEEN).note


def test_transparency_is_laid_on_white() -> None:
    clear = np.dstack([PICTURE, np.zeros((40, 60), np.uint8)])
    clear[0, 0, 3] = 255
    data = encoded(Image.fromarray(clear), "PNG")
    assert (open_image(data, LIMIT, 320).pixels[1:] == 255).all()
    assert look(data).note == "transparent parts were laid on white"


def test_a_gif_gives_its_first_frame() -> None:
    facts = look(TURNED_TO_RGB["animated gif"])
    assert facts.note == "the first of several frames"
    assert decode(facts.data).any()


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_exif_turns_are_undone(number: int, form: str) -> None:
    """Against Pillow's own way to do it."""
    from PIL import ImageOps

    data = turned(number, form)
    want = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")).astype(int)
    opened = open_image(data, LIMIT, 320)
    assert opened.pixels.shape == want.shape == (opened.height, opened.width, 3)
    assert np.abs(opened.pixels - want).mean() < 1
    stored = look(data)
    assert np.abs(decode(stored.data).astype(int) - want).mean() < 4
    assert stored.note == ("" if number == 1 else "turned upright (EXIF)")


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_gets_a_reason(name: str) -> None:
    data, reason = UNREADABLE[name]
    facts = look(data)
    assert reason in facts.note
    assert (facts.status, facts.width, facts.height, facts.phash, facts.pixels, facts.data) == (
        "unreadable",
        0,
        0,
        0,
        "",
        b"",
    )


@pytest.mark.parametrize(("form", "cut"), [("JPEG", 900), ("PNG", 2000), ("GIF", 300), ("BMP", 1000)])
def test_a_truncated_image_is_repaired(form: str, cut: int) -> None:
    whole = encoded(IMAGE, form, quality=95) if form == "JPEG" else encoded(IMAGE, form)
    facts = look(whole[:-cut])
    assert facts.status == "repaired"
    assert facts.note
    assert decode(facts.data).shape == (40, 60, 3)


def test_a_jpeg_without_its_end_is_repaired() -> None:
    facts = look(JPEG[:-2])
    assert facts.status == "repaired"
    assert facts.data != JPEG[:-2]


def test_a_bomb_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr("podium.images.opening._by_opencv", never)
    monkeypatch.setattr("podium.images.opening._by_pillow", never)
    with pytest.raises(Unreadable, match=r"more than competition\.limits\.megapixels = 0\.001"):
        open_image(JPEG, 0.001, 320)


def test_a_wrong_suffix_does_not_matter() -> None:
    def read(_: str) -> bytes:
        return TURNED_TO_RGB["bmp"]

    ((_, facts),) = audit_all(["a.jpg"], read, STORAGE, LIMIT, 1)
    assert facts.status == "ok"


def test_large_images_are_shrunk_once() -> None:
    big = cv2.resize(PICTURE, (1500, 1000), interpolation=cv2.INTER_CUBIC)
    for form in ("JPEG", "PNG"):
        facts = look(encoded(Image.fromarray(big), form))
        assert (facts.width, facts.height) == (1500, 1000)
        assert decode(facts.data).shape == (320, 480, 3)
        assert facts.data[:3] == b"\xff\xd8\xff"
    small = cv2.resize(big, (480, 320), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(decode(facts.data) - small).mean() < 2


def test_a_reduced_jpeg_is_as_good_as_a_whole_one() -> None:
    big = cv2.resize(PICTURE, (1500, 1000), interpolation=cv2.INTER_CUBIC)
    data = encoded(Image.fromarray(big), "JPEG", quality=95)
    reduced, whole = open_image(data, LIMIT, 320), open_image(data, LIMIT, 4096)
    assert reduced.pixels.shape == (500, 750, 3) and whole.pixels.shape == (1000, 1500, 3)
    small = cv2.resize(whole.pixels, (750, 500), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(reduced.pixels - small).mean() < 2


def test_storage_follows_params() -> None:
    facts = look(encoded(IMAGE, "PNG"), Storage(short_side=20, format="webp", quality=80))
    assert facts.data[8:12] == b"WEBP" and decode(facts.data).shape == (20, 30, 3)


def test_digests_tell_pictures_not_files() -> None:
    png, bmp, other = (
        look(VERBATIM["png"]),
        look(TURNED_TO_RGB["bmp"]),
        look(encoded(Image.fromarray(PICTURE ^ 1), "PNG")),
    )
    assert png.pixels == bmp.pixels != other.pixels
    assert png.sha256 != bmp.sha256


def test_phash_survives_scaling_and_compression() -> None:
    def distance(a: int, b: int) -> int:
        return (a ^ b).bit_count()

    first = phash(PICTURE)
    scaled = phash(cv2.resize(PICTURE, (120, 80), interpolation=cv2.INTER_LINEAR))
    packed = phash(decode(encoded(IMAGE, "JPEG", quality=60)))
    mirrored = phash(np.ascontiguousarray(PICTURE[:, ::-1]))
    assert distance(first, scaled) <= 4 and distance(first, packed) <= 4
    assert distance(first, mirrored) > 10


@pytest.mark.parametrize("name", [*VERBATIM, *TURNED_TO_RGB])
def test_the_quick_header_says_what_pillow_says(name: str) -> None:
    data = (VERBATIM | TURNED_TO_RGB)[name]
    kind = "jpeg" if data.startswith(b"\xff\xd8") else "png" if data.startswith(b"\x89PNG") else "other"
    quick = usual_size(data, kind)
    assert quick in (None, Image.open(io.BytesIO(data)).size)
    assert (quick is not None) == (name in VERBATIM and name != "upright by exif")


def test_phash_by_hand() -> None:
    """A single cosine of the lowest frequency along x: only that coefficient is far above the median."""
    wave = 127 + 100 * np.cos(np.pi * (np.arange(32) + 0.5) / 32)
    pixels = np.repeat(np.repeat(wave[None, :, None], 32, 0), 3, 2).astype(np.uint8)
    assert phash(pixels) >> 62 == 0b11  # bits 0 (the mean) and 1 (the wave) come first


def test_the_same_bits_for_any_number_of_workers() -> None:
    names = [*VERBATIM, *TURNED_TO_RGB]
    content = VERBATIM | TURNED_TO_RGB
    one = list(audit_all(names, content.__getitem__, STORAGE, LIMIT, 1))
    four = list(audit_all(names, content.__getitem__, STORAGE, LIMIT, 4))
    assert one == four
    assert [name for name, _ in one] == names


def test_tolerance_in_one_thread_does_not_excuse_another() -> None:
    """Pillow's switch for damaged files is global; ours is a thread's own."""
    on, done = threading.Event(), threading.Event()

    def tolerant() -> None:
        TOLERANT.on = True
        on.set()
        done.wait(10)

    other = threading.Thread(target=tolerant)
    other.start()
    on.wait(10)
    status = look(encoded(IMAGE, "GIF")[:-300]).status
    done.set()
    other.join()
    assert status == "repaired"


def test_a_file_that_cannot_be_read_from_the_zip() -> None:
    def read(name: str) -> bytes:
        raise ValueError("is damaged in the zip (wrong checksum)")

    ((_, facts),) = audit_all(["a.jpg"], read, STORAGE, LIMIT, 1)
    assert (facts.status, facts.note) == ("unreadable", "is damaged in the zip (wrong checksum)")


def test_a_file_that_may_not_be_read_says_why() -> None:
    def read(_: str) -> bytes:
        raise PermissionError(13, "Permission denied", "a.png")

    ((_, facts),) = audit_all(["a.png"], read, STORAGE, LIMIT, 1)
    assert (facts.status, facts.note) == ("unreadable", "cannot be read (Permission denied)")


def test_few_images_are_held_at_once() -> None:
    read: list[str] = []

    def reader(name: str) -> bytes:
        read.append(name)
        return JPEG

    stream = audit_all((str(i) for i in range(1000)), reader, STORAGE, LIMIT, 2)
    next(stream)
    assert len(read) <= 40
    stream.close()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([JPEG, *TURNED_TO_RGB.values()]), st.data())
def test_no_damage_raises(data: bytes, draw: st.DataObject) -> None:
    broken = bytearray(data[: draw.draw(st.integers(0, len(data)))])
    for _ in range(draw.draw(st.integers(0, 4))):
        if broken:
            broken[draw.draw(st.integers(0, len(broken) - 1))] = draw.draw(st.integers(0, 255))
    facts = audit(bytes(broken), STORAGE, 1.0)
    assert facts.status in ("ok", "repaired", "unreadable")
    assert bool(facts.data) == (facts.status != "unreadable")
    if facts.data:
        decode(facts.data)


def test_corpus_size() -> None:
    assert len(UNREADABLE) + len(TURNED_TO_RGB) + len(VERBATIM) >= 40


def photo(day: str, form: str = "JPEG") -> bytes:
    """A picture whose EXIF block names a camera, and the day among its details."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Maker ", "Model\0X"
    exif.get_ifd(0x8769).update({0x9003: day, 0xA431: "77"})
    return encoded(IMAGE, form, exif=exif)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_camera_and_day_are_read_from_exif(form: str) -> None:
    assert look(photo("2019:07:31 12:00:00", form)).origin == Origin("Maker Model X 77", "20190731")
    assert look(photo("0000:00:00 00:00:00", form)).origin.day == ""
    assert look(encoded(IMAGE, form)).origin == Origin()
    assert look(turned(6)).origin == Origin()
