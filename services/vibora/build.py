"""Edits the source of Vibora 0.0.6, of 2018 and for CPython 3.6, so that it builds and serves on today's CPython.

Use: python build.py FOLDER, the unpacked source archive, which is then ready for `pip install`.
An edit that does not apply exactly once ends the build and says which.
PORT is what building and starting take; PIECES repairs how it reads requests that come in pieces, which no app could.
Vibora's WebSockets are built but not ported.
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple


class Edit(NamedTuple):
    path: str
    why: str
    old: str
    new: str


PORT = (
    Edit("setup.py", "makes C of Cython", "from setuptools", "from Cython.Build import cythonize\nfrom setuptools"),
    Edit("setup.py", "makes C of Cython", "ext_modules=[", "ext_modules=cythonize(["),
    Edit(
        "setup.py",
        "Cython has come to take annotations for types; and the tests are not to be installed",
        "],\n    packages=find_packages()",
        '], compiler_directives={"annotation_typing": False}),\n    packages=find_packages(include=["vibora*"])',
    ),
    Edit("vibora/hooks.py", "async is a keyword", "self.async =", "self.is_async ="),
    Edit("vibora/blueprints.py", "async is a keyword", "hook.async ", "hook.is_async "),
    Edit(
        "vibora/schemas/extensions/fields.pyx",
        "Cython wants a method to look as it was declared in fields.pxd",
        "cdef _call_sync_validators(self, value, context: dict)",
        "cdef _call_sync_validators(self, value, dict context)",
    ),
    Edit(
        "vibora/schemas/extensions/fields.pxd",
        "without annotations for types, a schema sets its fields' validators from outside",
        "readonly list validators",
        "public list validators",
    ),
    Edit("vibora/templates/ast.py", "Callable has moved", "from collections import", "from collections.abc import"),
    Edit(
        "vibora/client/session.py",
        "a client is made at import, and uvloop makes no event loop for it any more",
        "self._loop = loop or asyncio.get_event_loop()",
        "self._loop = loop",
    ),
    Edit("vibora/client/pool.py", "asyncio takes no loop any more", ", 'loop': self.loop}", "}"),
)

PIECES = (
    Edit(
        "vibora/parsers/parser.pyx",
        "a target may come in pieces ...",
        "wrapper._url = at[:length]",
        "wrapper._url = (wrapper._url or b'') + at[:length]",
    ),
    Edit(
        "vibora/parsers/parser.pyx",
        "... and the next request has another",
        "parser.upgrade)\n        self._headers = []",
        "parser.upgrade)\n        self._headers = []\n        self._url = None",
    ),
    Edit(
        "vibora/parsers/parser.pyx",
        "a header's name may come in pieces",
        "bytes field):\n        self._maybe_call_on_header()\n        self._current_header_name = field",
        "bytes field):\n"
        "        if self._current_header_name and self._current_header_value is None:\n"
        "            self._current_header_name += field\n"
        "        else:\n"
        "            self._maybe_call_on_header()\n"
        "            self._current_header_name = field",
    ),
    Edit(
        "vibora/protocol/cprotocol.pyx",
        "a body that comes after the answer would stop the connection for ever ...",
        "        self.queue.put(body)",
        "        if self.timeout_task is None:\n            return\n        self.queue.put(body)",
    ),
    Edit(
        "vibora/protocol/cprotocol.pyx",
        "... and its end would be taken for the end of the next one",
        "        # This is a signal",
        "        if self.timeout_task is None:\n            return\n        # This is a signal",
    ),
    Edit(
        "vibora/multipart/parser.pyx",
        "where a boundary is cut, the line break before it is not yet the file's ...",
        "pending_data[:len(pending_data) - boundary_length]",
        "pending_data[:len(pending_data) - boundary_length - 2]",
    ),
    Edit(
        "vibora/multipart/parser.pyx",
        "... but kept with the boundary's first part",
        "del pending_data[:-boundary_length]",
        "del pending_data[:-boundary_length - 2]",
    ),
)


def apply(edit: Edit, root: Path) -> None:
    file = root / edit.path
    text = file.read_text()
    if (count := text.count(edit.old)) != 1:
        sys.exit(f"build.py: {edit.path} ({edit.why}): found {count} times, not once: {edit.old!r}")
    file.write_text(text.replace(edit.old, edit.new))


def compile_anew(root: Path) -> None:
    """Puts in the place of each C file, which was made for CPython 3.6, the one beside it that it was made of."""

    def source(match: re.Match[str]) -> str:
        c_file = root / match[1]
        (made_of,) = (each for suffix in (".pyx", ".py") if (each := c_file.with_suffix(suffix)).exists())
        c_file.unlink()
        return f'"{made_of.relative_to(root)}"'

    setup = root / "setup.py"
    text, count = re.subn(r'"(vibora/[^"]+\.c)"', source, setup.read_text())
    if count != 14:
        sys.exit(f"build.py: setup.py names {count} C files, not 14")
    setup.write_text(text)


if __name__ == "__main__":
    root = Path(sys.argv[1])
    for edit in PORT + PIECES:
        apply(edit, root)
    compile_anew(root)
