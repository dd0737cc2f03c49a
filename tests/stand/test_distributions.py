"""Distributions of an image, from the metadata that were taken out of it."""

from pathlib import Path

from levelground.stand.distributions import Distributions, extra_of, read, required
from levelground.stand.image import folder

FRAMEWORK = """\
Metadata-Version: 2.4
Name: Frame_Work
Version: 1.2
Summary: A framework
License-Expression: MIT
Author-email: Somebody <somebody@example.org>
Project-URL: Source, https://example.org/source
Classifier: Development Status :: 5 - Production/Stable
Requires-Dist: base>=1
Requires-Dist: tool; extra == "tools"
Requires-Dist: old; python_version < "3"

A long text
Requires-Dist: nothing
"""
BASE = """\
Metadata-Version: 2.1
Name: base
Version: 2
License: Copyright Somebody
  and more lines of it
Classifier: License :: OSI Approved :: BSD License
Requires-Dist: deep[more]
"""
DEEP = "Metadata-Version: 2.1\nName: deep\nVersion: 3\nRequires-Dist: tool; extra == 'more'\n"
TOOL = "Metadata-Version: 2.1\nName: tool\nVersion: 4\nLicense: Apache-2.0\nAuthor: The Authors\n"


def an_image(results: Path, *metadata: str) -> Distributions:
    for number, text in enumerate(metadata):
        path = folder("sha256:abc", results) / "venv/lib/site-packages" / f"d{number}-1.dist-info" / "METADATA"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    found = read("sha256:abc", results)
    assert found is not None
    return found


def test_names_are_normalized_and_facts_are_read(tmp_path: Path) -> None:
    found = an_image(tmp_path, FRAMEWORK, BASE, TOOL)
    framework = found["frame-work"]
    assert (framework.version, framework.licence, framework.kept_by) == ("1.2", "MIT", "Somebody")
    assert (framework.home, framework.status) == ("https://example.org/source", "Production/Stable")
    assert framework.requires == ("base>=1", 'tool; extra == "tools"', 'old; python_version < "3"')
    assert found["base"].licence == "BSD License"
    assert (found["tool"].licence, found["tool"].kept_by) == ("Apache-2.0", "The Authors")


def test_what_is_required_is_followed_with_the_extras_that_are_asked_for(tmp_path: Path) -> None:
    found = an_image(tmp_path, FRAMEWORK, BASE, DEEP, TOOL)
    assert required(found, "Frame_Work") == {"base", "deep", "tool"}
    assert required(found, "deep") == set()
    assert required(found, "deep", ["more"]) == {"tool"}
    assert required(found, "absent") == set()


def test_an_extra_is_found_by_what_it_brings(tmp_path: Path) -> None:
    found = an_image(tmp_path, FRAMEWORK, BASE, DEEP, TOOL)
    assert extra_of(found, "frame-work", "tool") == "tools"
    assert extra_of(found, "frame-work", "base") is None
    assert extra_of(found, "frame-work", "old") is None


def test_an_image_whose_metadata_were_not_taken_is_not_known(tmp_path: Path) -> None:
    assert read("sha256:abc", tmp_path) is None
