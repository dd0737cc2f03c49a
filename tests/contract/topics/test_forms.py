"""The checks of forms, against liars."""

import pytest

from levelground.contract.topics.forms import LARGE
from tests.contract.honest import Lie, at, lying

LIES = {
    "no list": Lie(
        "form",
        "POST /form .*expected 200 .*; got 200",
        lying(at("/form"), body=b'{"name": "Zo\\u00eb", "message": "a", "topic": "a"}'),
    ),
    "a wrong digest": Lie(
        "upload",
        "POST /upload .*; got 200",
        lying(at("/upload"), body=b'{"name": "a.bin", "size": 65536, "sha256": ""}'),
    ),
    "no large files": Lie("upload-large", "expected 200.*got 413", lying(lambda r, _: len(r.body) > LARGE, status=413)),
    "what is no file is taken": Lie(
        "upload-none", "POST /upload .*expected a 4xx; got 200", lying(at("/upload", 400), status=200)
    ),
    "500 where there is no file": Lie("upload-none", "expected a 4xx; got 500", lying(at("/upload", 400), status=500)),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie) -> None:
    lie.must_be_found()
