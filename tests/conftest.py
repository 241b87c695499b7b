"""No test reaches Kaggle, nor uses anybody's token or rank: neither here nor in a process that a test starts.

An audit hook cannot be taken out again, so no test can undo it by patching; it sees every socket of Python's.
"""

import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

FORBIDDEN = "kaggle.com"
TOKENS = ("KAGGLE_API_TOKEN", "KAGGLE_USERNAME", "KAGGLE_KEY")
RANKS = ("LOCAL_RANK", "NODE_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "PODIUM_MEETING")
ASKS = ("socket.getaddrinfo", "socket.gethostbyname")  # the first argument is a host's name


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Raises where anything asks for an address of Kaggle's."""
    if event in ASKS:
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else str(arguments[0])
        if host.rstrip(".").lower().endswith(FORBIDDEN):
            raise OSError(f"a test asked for {host}")


sys.addaudithook(refuse)
for name in TOKENS:
    os.environ.pop(name, None)
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]  # a proxy would be asked in Kaggle's stead
os.environ |= {"NO_PROXY": "*", "KAGGLE_API_ENVIRONMENT": "LOCALHOST"}  # processes inherit it


@pytest.fixture(autouse=True)
def no_rank_stays() -> Iterator[None]:
    """Lightning leaves its ranks in the environment: a process that a later test starts would take them."""
    before = {name: os.environ.get(name) for name in RANKS}
    yield
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
