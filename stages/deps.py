"""Writes into dvc.yaml what each stage really imports (`make deps`). A tool, not a stage of the pipeline."""

from podium.dvc_file import PATH, with_true_deps
from podium.entry import run
from podium.files import write_text


def main() -> None:
    text = PATH.read_text(encoding="utf-8")
    true = with_true_deps(text)
    if true != text:
        write_text(PATH, true)
    print(f"{PATH}: {'deps were as the imports are' if true == text else 'deps written anew'}")


if __name__ == "__main__":
    run(main, interrupted=f"interrupted: {PATH} is as it was")
