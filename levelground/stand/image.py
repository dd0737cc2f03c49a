"""How many packages are installed in a service's image, told from the names of its files.

engine/stand takes the files that show them out of every image once, from outside: no tool is in all images.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TAKEN = ".packages"
"""The folder in results/ with a folder for each image, named by the image's id."""

_PYTHON = re.compile(r"(?:^|/)site-packages/[^/]+\.dist-info/METADATA$")
_NODE = re.compile(r"(?:^|/)node_modules/(?:@[^/]+/)?[^/]+/package\.json$")
_DEBIAN = re.compile(r"^(?:\./)?var/lib/dpkg/info/[^/]+\.list$")
_OTHER_SYSTEM = re.compile(
    r"^(?:\./)?(?:lib/apk/db/installed|(?:var/lib|usr/lib/sysimage)/rpm/(?:rpmdb\.sqlite|Packages))$"
)
_PACKAGE_MANAGERS = re.compile(r"/site-packages/pip-|/node_modules/(?:npm|corepack)/")
"""They come with some base images (npm bundles some 200 packages), and no service runs them."""


@dataclass(frozen=True)
class Packages:
    """What is installed in an image; modules that are compiled into a binary cannot be seen."""

    language: int
    """Python distributions and npm packages, except pip, npm and corepack."""
    system: int | None
    """Debian packages; null: the image has another system's, and only their database knows how many."""


def count(files: Iterable[str]) -> Packages:
    """Counts the packages that these paths of an image's files belong to."""
    language = system = 0
    countable = True
    for path in files:
        language += bool((_PYTHON.search(path) or _NODE.search(path)) and not _PACKAGE_MANAGERS.search(path))
        system += bool(_DEBIAN.match(path))
        countable = countable and not _OTHER_SYSTEM.match(path)
    return Packages(language, system if countable else None)


def packages(image: str, results: Path) -> Packages | None:
    """The packages of the image with this id; None if its files were not taken yet."""
    taken = folder(image, results)
    return count(str(path.relative_to(taken)) for path in taken.rglob("*")) if taken.is_dir() else None


def folder(image: str, results: Path) -> Path:
    """Where the files of the image with this id are, if they were taken."""
    return results / TAKEN / image.removeprefix("sha256:")
