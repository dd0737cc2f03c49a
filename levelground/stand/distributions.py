"""Which Python distributions are installed in a service's image, by their own metadata, and who requires whom.

engine/stand takes the metadata out of every image once, from outside: no container may talk to the engine.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution as Installed
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from levelground.stand import image as images


@dataclass(frozen=True)
class Distribution:
    """One installed distribution."""

    name: str
    version: str
    requires: tuple[str, ...] = ()
    """Its `Requires-Dist`, as they are written."""
    summary: str | None = None
    licence: str | None = None
    kept_by: str | None = None
    home: str | None = None
    status: str | None = None


Distributions = Mapping[str, Distribution]
"""By normalized name."""


def read(image: str, results: Path) -> Distributions | None:
    """The distributions of the image with this id; None if its metadata was not taken out of it."""
    taken = images.folder(image, results)
    if not taken.is_dir():
        return None
    places = sorted({str(path.parent.parent) for path in taken.rglob("METADATA")})
    found = (_distribution(one) for one in distributions(path=places))
    return {canonicalize_name(one.name): one for one in found}


def required(installed: Distributions, name: str, extras: Iterable[str] = ()) -> set[str]:
    """The distributions that one requires on this platform, directly or not, without itself. Not installed: none."""
    found: set[str] = set()
    waiting = list(_direct(installed, name, tuple(extras)))
    while waiting:
        one = waiting.pop()
        key = canonicalize_name(one.name)
        if key not in found and key in installed:
            found.add(key)
            waiting += _direct(installed, key, tuple(one.extras))
    return found - {canonicalize_name(name)}


def extra_of(installed: Distributions, name: str, wanted: str) -> str | None:
    """The extra for which a distribution requires another directly, and only for it; None: there is no such extra."""
    own = installed.get(canonicalize_name(name))
    for text in own.requires if own else ():
        one = Requirement(text)
        if canonicalize_name(one.name) == canonicalize_name(wanted) and one.marker and not _holds(one, ("",)):
            for piece in str(one.marker).split("extra == ")[1:]:
                return piece.split('"')[1]
    return None


def _direct(installed: Distributions, name: str, extras: tuple[str, ...]) -> Iterator[Requirement]:
    own = installed.get(canonicalize_name(name))
    for text in own.requires if own else ():
        one = Requirement(text)
        if _holds(one, ("", *extras)):
            yield one


def _holds(one: Requirement, extras: tuple[str, ...]) -> bool:
    return one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras)


def _distribution(one: Installed) -> Distribution:
    told = one.metadata
    classifiers = told.get_all("Classifier") or []
    urls = dict(url.split(", ", 1) for url in told.get_all("Project-URL") or [] if ", " in url)
    by_kind = {kind.lower(): url for kind, url in urls.items()}
    return Distribution(
        name=told["Name"],
        version=told["Version"],
        requires=tuple(told.get_all("Requires-Dist") or ()),
        summary=told.get("Summary"),
        licence=_licence(told.get("License-Expression"), told.get("License"), classifiers),
        kept_by=_people(told.get("Maintainer"), told.get("Maintainer-email"))
        or _people(told.get("Author"), told.get("Author-email")),
        home=told.get("Home-page") or next((by_kind[k] for k in _HOMES if k in by_kind), None),
        status=next((text.rpartition(" - ")[2] for text in classifiers if text.startswith("Development Status")), None),
    )


_HOMES = ("homepage", "home", "source", "repository", "source code", "github", "documentation")


def _licence(expression: str | None, text: str | None, classifiers: Iterable[str]) -> str | None:
    """By its expression; older metadata hold it as a classifier, or as a text, which may be the whole licence."""
    if expression:
        return expression
    named = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")]
    if named:
        return named[0]
    return text if text and "\n" not in text and len(text) <= 40 else None


def _people(name: str | None, address: str | None) -> str | None:
    """Names; of an address alone what stands before the @ is left, with no address in it."""
    if name:
        return name
    if not address:
        return None
    return ", ".join(part.split("<")[0].strip(' "') or part for part in address.split(",")).split("@")[0]
