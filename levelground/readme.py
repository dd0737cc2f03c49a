"""What is generated of README.md and the Makefile: the options, and the services with the reasons of their stanzas.

`python -m levelground.readme` writes them anew.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from levelground import options
from levelground.showing import captions
from levelground.stand import catalog

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
MAKEFILE = ROOT / "Makefile"


def options_table() -> str:
    """A row for each option, or for each meaning of it, with the commands that have it."""
    verbs: dict[tuple[str, str, str], list[str]] = {}
    for verb, kind in options.COMMANDS.items():
        for one in options.of(kind):
            verbs.setdefault((f"{one.name}=", one.help, one.otherwise), []).append(verb)
    lines = ["| option | of `make` | what it takes | if it is not given |", "|---|---|---|---|"]
    for (name, help, otherwise), of in verbs.items():
        lines.append(f"| `{name}` | {', '.join(f'`{verb}`' for verb in of)} | {help} | {otherwise} |")
    return "\n".join(lines)


PARTS: Mapping[str, Callable[[], str]] = {
    "options": options_table,
    "services": lambda: captions.table(catalog.read()),
}
"""What is generated of README.md, by the name in its marks: `<!-- options -->` and `<!-- /options -->`."""


def page(text: str) -> str:
    """README.md with its generated parts anew. Raises ValueError if one of them has no marks."""
    for name, part in PARTS.items():
        pieces = re.split(f"(<!-- /?{name} -->\n)", text)
        if len(pieces) != 5:
            raise ValueError(f"README.md needs <!-- {name} --> and <!-- /{name} --> once, each on a line of its own")
        before, start, _, end, after = pieces
        text = f"{before}{start}\n{part()}\n\n{end}{after}"
    return text


def help_lines(text: str) -> str:
    """The Makefile, with the options of each command named at the end of its line of help."""
    for verb, kind in options.COMMANDS.items():
        names = " ".join(f"{one.name}=" for one in options.of(kind))
        if not names:
            continue
        text = re.sub(rf"^({verb}:.*?## .*?)\.?(?: [A-Z_]+=)*$", rf"\1. {names}", text, flags=re.MULTILINE)
    return text


if __name__ == "__main__":
    README.write_text(page(README.read_text()))
    MAKEFILE.write_text(help_lines(MAKEFILE.read_text()))
