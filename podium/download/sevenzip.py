"""A 7z archive: unpacked once to the scratch store, then read as a folder."""

from pathlib import Path

from podium.download.params import Limits
from podium.download.tarballs import file_digest
from podium.download.zips import check_name
from podium.foundation import scratch
from podium.foundation.errors import UserError


def unpacked(path: Path, shown: str, limits: Limits) -> Path:
    """The folder with the archive's content. Raises UserError where it is damaged, encrypted or hostile."""
    import py7zr
    from py7zr.exceptions import PasswordRequired

    try:
        with py7zr.SevenZipFile(path) as archive:
            if archive.needs_password():
                raise _encrypted(shown)
            _check([(info.filename, int(info.uncompressed or 0)) for info in archive.list()], shown, limits)
    except PasswordRequired:  # even its names are encrypted
        raise _encrypted(shown) from None
    except UserError:
        raise
    except Exception as error:  # damaged headers raise whatever they happen to break
        raise _damaged(shown, error) from None

    def build(folder: Path) -> None:
        try:
            with py7zr.SevenZipFile(path) as archive:
                archive.extractall(folder)
        except OSError as error:
            if error.errno in scratch.FULL:
                raise
            raise _damaged(shown, error) from None
        except Exception as error:
            raise _damaged(shown, error) from None

    return scratch.obtain("seven-zip", file_digest(path), build)


def _check(members: list[tuple[str, int]], shown: str, limits: Limits) -> None:
    for name, _ in members:
        check_name(name.replace("\\", "/"), shown)
    if len(members) > limits.files:
        raise UserError(
            f"{shown} holds {len(members):,} files, more than competition.limits.files = {limits.files:,}."
        )
    total = sum(size for _, size in members)
    if total > limits.total_gb * 1e9:
        raise UserError(
            f"{shown} unpacks to {total / 1e9:.1f} GB, more than competition.limits.total_gb = "
            f"{limits.total_gb:g}; raise it if you trust the file."
        )


def _encrypted(shown: str) -> UserError:
    return UserError(
        f"{shown} is encrypted: unpack it with its password and give the folder as competition.path."
    )


def _damaged(shown: str, error: Exception) -> UserError:
    return UserError(
        f"{shown} cannot be unpacked ({str(error) or type(error).__name__}): download it again, or unpack it "
        "(7z x) and give the folder as competition.path."
    )
