"""Kaggle cannot be reached from any test, nor from a process that a test starts: see tests/conftest.py."""

import _socket
import os
import socket

import pytest


@pytest.mark.parametrize("host", ["api.kaggle.com", "www.kaggle.com.", "KAGGLE.com", b"kaggle.com"])
def test_no_socket_finds_kaggle_even_below_what_can_be_patched(host: str | bytes) -> None:
    for ask in (_socket.getaddrinfo, socket.getaddrinfo):
        with pytest.raises(OSError, match="a test asked for"):
            ask(host, 443)
    with pytest.raises(OSError, match="a test asked for"):
        socket.gethostbyname(host)


def test_a_process_that_a_test_starts_is_sent_to_this_machine_and_has_no_token() -> None:
    assert os.environ["KAGGLE_API_ENVIRONMENT"] == "LOCALHOST"
    assert not [name for name in os.environ if name in ("KAGGLE_API_TOKEN", "KAGGLE_KEY")]
    assert [name for name in os.environ if name.lower().endswith("_proxy")] == ["NO_PROXY"]


def test_the_client_goes_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    """LOCALHOST is a word of the kaggle package: should it forget it, this fails before any request."""
    from podium.kaggle.client import Client

    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KAGGLE_USERNAME", "someone")
    monkeypatch.setenv("KAGGLE_KEY", "no-real-key")
    with Client("some-zip")._api.build_kaggle_client() as kaggle:
        assert kaggle.http_client()._endpoint == "http://localhost"
