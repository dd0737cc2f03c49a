"""What all pages share: the frame, the style, the plots with their colours, and a policy that runs nothing else.

Nothing that a record holds can inject markup: templates escape, the plots' numbers are JSON in which no tag can end,
and the page's content security policy knows its own scripts by their hashes and allows no request at all.
"""

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from levelground.showing import listing, palette
from levelground.showing.palette import Look

_FOLDER = Path(__file__).parent / "templates"
_TEMPLATES = Environment(
    loader=PackageLoader("levelground.showing"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
_TEMPLATES.globals |= {"as_json": lambda value: as_json(value), "slug": listing.safe, "glyphs": palette.GLYPHS}


@dataclass(frozen=True)
class _Service:
    """A service in the list of colours."""

    name: str
    look: Look
    is_on: bool


@dataclass(frozen=True)
class Plots:
    """The plots of a page, and which services have their colours in them at first."""

    specs: Mapping[str, Any]
    """By the name of the element in which each is drawn."""
    services: Sequence[_Service]

    @property
    def json(self) -> Markup:
        return as_json(self.specs)


def plots(specs: Mapping[str, Any], services: Sequence[str], order: Iterable[str], catalogue: Sequence[str]) -> Plots:
    """`services` as the list of colours has them; of `order` the first have their colours from the start."""
    on = palette.first(order, catalogue)
    listed = [_Service(name, palette.look(name, catalogue), name in on) for name in services]
    return Plots({listing.safe(name): spec for name, spec in specs.items()}, listed)


def render(template: str, drawn: Plots | None = None, **material: Any) -> str:
    """A page from its template that needs nothing else; JavaScript is in it only if there is something to draw."""
    is_drawn = drawn is not None and bool(drawn.specs)
    scripts = [vega(), asset("embed.js"), asset("plots.js")] if is_drawn else []
    return _render(template, ["page.css"], scripts, policy(scripts), plots=drawn if is_drawn else None, **material)


def render_live(template: str, style: str, script: str, **material: Any) -> str:
    """A page that asks its own server for what it shows, and for Vega."""
    scripts = [asset("embed.js"), asset(script)]
    allowed = policy(scripts).replace("script-src", "connect-src 'self'; script-src 'self'")
    return _render(template, ["page.css", style], scripts, allowed, **material)


def _render(template: str, styles: Sequence[str], scripts: Sequence[str], allowed: str, **material: Any) -> str:
    return _TEMPLATES.get_template(template).render(
        material,
        at_once=palette.AT_ONCE,
        greys=as_json(palette.GREYS),
        style=Markup("".join(map(asset, styles))),
        scripts=[Markup(script) for script in scripts],
        policy=allowed,
    )


def policy(scripts: Iterable[str]) -> str:
    """A content security policy under which only these scripts run, and nothing is requested."""
    hashes = [f"'sha256-{b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in scripts]
    allowed = " ".join(hashes) or "'none'"
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:"


def as_json(value: Any) -> Markup:
    """JSON for a <script> element: no tag or comment can begin or end in it."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def as_markdown(text: object) -> str:
    """Text that Markdown shows as it is, in one line."""
    plain = str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|#~])", r"\\\1", " ".join(plain.split()))


def as_code(lines: Iterable[str]) -> list[str]:
    """Lines that Markdown shows as code, whatever is in them: no fence in them is as long as the one around them."""
    plain = [" ".join(line.split()) for line in lines]
    longest = max((len(one) for line in plain for one in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence, *plain, fence]


def replace(path: Path, text: str) -> None:
    """Writes a file in one step: a reader sees the old one or the new one."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text)
    new.replace(path)


def asset(name: str) -> str:
    """A style or a script of the pages, by the name of its file."""
    return (_FOLDER / name).read_text()


@cache
def vega() -> str:
    """Vega-Embed with Vega and Vega-Lite, as one script."""
    import vl_convert

    from levelground.showing import charts

    # Without a snippet the bundle defines window.vegaEmbed; the stub does not know that it may be left out.
    script: str = vl_convert.javascript_bundle(vl_version=charts.VERSION)  # type: ignore[call-arg]
    # Whatever a later version holds: a script ends only where the page says so.
    return re.sub(r"</(?=script)", r"<\\/", script, flags=re.IGNORECASE)
