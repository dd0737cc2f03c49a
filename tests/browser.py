"""A headless Chromium that a test drives: opens pages, presses keys, and tells what a page shows, says and asks for.

It speaks the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/) over two pipes, as browsers'
own test tools do: there is no port to choose or to wait for, and the browser ends with its pipe.
"""

import base64
import fcntl
import itertools
import json
import os
import selectors
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

QUIET = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage"),
    *("--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-pipe"),
)
PATIENCE = 60.0
"""Seconds: longer than any step takes on a busy host; nothing waits so long but for what never comes."""
_KEYS: dict[str, dict[str, Any]] = {
    "Tab": {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9},
    "Enter": {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"},
    "Escape": {"key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 27},
    "Space": {"key": " ", "code": "Space", "windowsVirtualKeyCode": 32, "text": " "},
}
_SHIFT = 8
Scheme = Literal["light", "dark"]


class BrowserFailed(Exception):
    """The browser refused a command, a script of the page threw, or what was awaited did not come."""


@dataclass(frozen=True)
class File:
    """What a page is given in place of another host's answer."""

    media_type: str
    body: bytes = b""


class Page:
    """The one page of a browser."""

    def __init__(self, to: int, of: int) -> None:
        self._to, self._of = to, of
        self._selector = selectors.DefaultSelector()
        self._selector.register(of, selectors.EVENT_READ)
        self._numbers = itertools.count(1)
        self._buffer = b""
        self._session: str | None = None
        self._loaded = False
        self.console: list[str] = []
        """What the page's scripts wrote, what they threw, and what the browser complained of."""
        self.requests: list[str] = []
        """Addresses that the page asked for, but for its own and what it holds itself."""
        self._elsewhere: Mapping[str, File] = {}

    def _attach(self) -> None:
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def open(self, address: str) -> Self:
        """Opens an address and waits until it has loaded with all that it holds."""
        self._loaded = False
        self.console.clear()
        self.requests.clear()
        if error := self._call("Page.navigate", url=address).get("errorText"):
            raise BrowserFailed(f"{address}: {error}")
        self._until(lambda: self._loaded, f"{address} does not load")
        return self

    def give(self, elsewhere: Mapping[str, File]) -> None:
        """From here on, addresses of https are answered from these files; any other of them cannot be reached."""
        self._elsewhere = elsewhere
        self._call("Fetch.enable", patterns=[{"urlPattern": "https://*"}])

    def evaluate(self, expression: str) -> Any:
        """The value of an expression of JavaScript; of a promise, what it resolves to."""
        told = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if thrown := told.get("exceptionDetails"):
            raise BrowserFailed(f"{expression}: {_thrown(thrown)}")
        return told["result"].get("value")

    def wait_for(self, expression: str) -> Any:
        """Waits until an expression is true; its value."""
        end = time.monotonic() + PATIENCE
        while not (value := self.evaluate(expression)):
            if time.monotonic() > end:
                raise BrowserFailed(f"never true: {expression}")
            time.sleep(0.02)
        return value

    @property
    def dom(self) -> str:
        return str(self.evaluate("document.documentElement.outerHTML"))

    def text(self, selector: str) -> str:
        """What an element shows."""
        return str(self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))

    def press(self, key: str, *, shift: bool = False) -> None:
        """Presses Tab, Enter, Escape, Space, or the key of one character, and lets it go."""
        told = _KEYS.get(key) or {"key": key, "text": key}
        held = {"modifiers": _SHIFT} if shift else {}
        self._call("Input.dispatchKeyEvent", type="keyDown", **told, **held)
        self._call("Input.dispatchKeyEvent", type="keyUp", **{**told, "text": ""}, **held)

    def look_like(self, width: int, height: int, scheme: Scheme = "light") -> None:
        """The size of the window in CSS pixels, and which colours the person prefers."""
        size = {"width": width, "height": height}
        self._call("Emulation.setDeviceMetricsOverride", **size, deviceScaleFactor=1, mobile=False)
        self._call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        # The command is answered before the page has its new size.
        self.wait_for(f"innerWidth === {width}")

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        """What the window shows, or the whole page, as PNG."""
        told = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **self._all(whole))
        path.write_bytes(base64.b64decode(told["data"]))

    def _all(self, whole: bool) -> dict[str, Any]:
        if not whole:
            return {}
        size = self._call("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {**size, "scale": 1}}

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = self._send(method, **parameters)
        answer: dict[str, Any] = {}

        def is_answered() -> bool:
            return bool(answer)

        def take(told: dict[str, Any]) -> None:
            if told.get("id") == number:
                answer.update(told)

        self._until(is_answered, f"no answer to {method}", take)
        if error := answer.get("error"):
            raise BrowserFailed(f"{method}: {error['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def _send(self, method: str, **parameters: Any) -> int:
        """The number that the answer will bear."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        left = json.dumps(message).encode() + b"\0"
        while left:
            left = left[os.write(self._to, left) :]
        return number

    def _until(
        self, is_over: Callable[[], bool], otherwise: str, take: Callable[[dict[str, Any]], None] | None = None
    ) -> None:
        """Reads what the browser says until something is so."""
        end = time.monotonic() + PATIENCE
        while not is_over():
            if not self._selector.select(max(0.0, end - time.monotonic())):
                raise BrowserFailed(otherwise)
            read = os.read(self._of, 1 << 20)
            if not read:
                raise BrowserFailed(f"the browser has ended: {otherwise}")
            *whole, self._buffer = (self._buffer + read).split(b"\0")
            for message in whole:
                told = json.loads(message)
                self._note(told.get("method", ""), told.get("params", {}))
                if take:
                    take(told)

    def _note(self, event: str, told: dict[str, Any]) -> None:
        match event:
            case "Page.loadEventFired":
                self._loaded = True
            case "Runtime.consoleAPICalled":
                self.console.append(" ".join(str(one.get("value", one.get("description"))) for one in told["args"]))
            case "Runtime.exceptionThrown":
                self.console.append(_thrown(told["exceptionDetails"]))
            case "Log.entryAdded":
                self.console.append(" ".join((told["entry"]["text"], told["entry"].get("url", ""))).rstrip())
            case "Network.requestWillBeSent":
                is_own = told.get("type") == "Document"
                if not is_own and told["request"]["url"].startswith(("http", "ws")):
                    self.requests.append(told["request"]["url"])
            case "Network.webSocketCreated":
                self.requests.append(told["url"])
            case "Fetch.requestPaused":
                self._answer(told["requestId"], self._elsewhere.get(told["request"]["url"]))

    def _answer(self, request: str, file: File | None) -> None:
        if file is None:
            self._send("Fetch.failRequest", requestId=request, errorReason="AddressUnreachable")
            return
        head = [{"name": "Content-Type", "value": file.media_type}]
        body = base64.b64encode(file.body).decode()
        self._send("Fetch.fulfillRequest", requestId=request, responseCode=200, responseHeaders=head, body=body)

    def close(self) -> None:
        self._session = None
        self._call("Browser.close")
        self._selector.close()


def _thrown(details: dict[str, Any]) -> str:
    return str(details.get("exception", {}).get("description") or details["text"])


def _above_4(descriptor: int) -> int:
    higher = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 5)
    os.close(descriptor)
    return higher


@contextmanager
def chromium(profile: Path) -> Iterator[Page]:
    """A browser with a profile of its own, and its page; it ends with the block."""
    program = shutil.which("chromium")
    assert program, "chromium is not installed"
    theirs_in, to = os.pipe()
    of, theirs_out = os.pipe()
    # Chromium reads from descriptor 3 and writes to 4; the shell puts them there before it becomes the browser. It can
    # do so in either order if the pipes' own ends are neither of the two.
    theirs_in, theirs_out = (_above_4(one) for one in (theirs_in, theirs_out))
    start = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
    with (profile.parent / f"{profile.name}.log").open("wb") as log:
        running = subprocess.Popen(
            ["bash", "-c", start, "bash", program, *QUIET, f"--user-data-dir={profile}"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(theirs_in, theirs_out),
        )
    os.close(theirs_in)
    os.close(theirs_out)
    page = Page(to, of)
    try:
        page._attach()
        yield page
        page.close()
    finally:
        # Without its pipe it ends, whatever state it is in.
        os.close(to)
        os.close(of)
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
