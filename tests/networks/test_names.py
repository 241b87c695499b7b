"""Names of networks without torch: the file is what the libraries have, a typing error costs no seconds."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from podium.foundation.errors import UserError
from podium.networks import names
from podium.project.checking import check


@pytest.mark.skipif(platform.machine() == "aarch64", reason="another torchvision is pinned there")
def test_the_file_is_what_timm_and_torchvision_have() -> None:
    assert names.FILE.read_text(encoding="utf-8") == names.listing(), "run python -m podium.networks.names"


@pytest.mark.parametrize(
    "model", ["resnet18", "resnet18.a1_in1k", "tv:vit_b_16", "googlenet", "conv_attention"]
)
def test_every_librarys_names_are_known(model: str) -> None:
    names.refuse_unknown(model)


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("resnet5O", r"params.yaml: model: no network is called 'resnet5O'; did you mean .*resnet50"),
        (
            "convnext_tiny.in99k",
            r"convnext_tiny has no weights called 'in99k'; published are .*in12k_ft_in1k",
        ),
        ("tv:resnet19", "did you mean tv:resnet"),
        ("zzzzzzzzzzzz", r"no network is called 'zzzzzzzzzzzz'; podium/networks/names.txt lists all of them"),
    ],
)
def test_an_unknown_name_or_tag_is_answered_with_what_there_is(model: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        names.refuse_unknown(model)


def test_check_refuses_it_without_torch(tmp_path: Path) -> None:
    text = Path("params.yaml").read_text(encoding="utf-8")
    wrong = tmp_path / "params.yaml"
    wrong.write_text(text.replace("model: auto ", "model: convnext_tinny ", 1), encoding="utf-8")
    with pytest.raises(UserError, match=r"did you mean convnext_tiny"):
        check(wrong)
    code = """if True:
        import sys
        from pathlib import Path
        from podium.project.checking import check
        try:
            check(Path(sys.argv[1]))
        except Exception:
            sys.exit("torch" in sys.modules)
        sys.exit("taken")"""
    subprocess.run([sys.executable, "-c", code, str(wrong)], check=True)
