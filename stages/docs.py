"""make docs: writes docs/parameters.md from params.yaml and the classes that check it."""

from podium.foundation.entry import run
from podium.foundation.files import write_text
from podium.project import parameters_page


def main() -> None:
    write_text(parameters_page.PAGE, parameters_page.current())
    print(f"written: {parameters_page.PAGE}")


if __name__ == "__main__":
    run(main, interrupted="interrupted: nothing was written")
