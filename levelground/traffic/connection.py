"""One keep-alive connection: it sends the steps of a script and tells whether a whole answer is there and right.

When to send and when to read is for the client's loops to decide. They recognise the usual answer by themselves, since
a call for each would cost too much.
"""

import errno
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import override

from gevent import monkey

from levelground.stand.host import SO_TIMESTAMPNS
from levelground.traffic import message, reading, websocket
from levelground.traffic.pool import Learned, Script, starts
from levelground.traffic.reading import Answer, Frames, Verdict
from levelground.traffic.spelling import BLANK_LINE, NO_MARKS, Marks
from levelground.traffic.step import HOST, TEXT, Step
from levelground.traffic.websocket import WebSocket

# Locust makes its process cooperative: that takes epoll away and puts a switch into every socket call.
# A slice wants neither. It drives all its connections itself and gives way when it is over.
# The original create_connection would be no help: it makes sockets of the class that the module has by then.
_Socket = monkey.get_original("socket", "socket")
_MSG_PEEK = 2

IDLE_SECONDS = 1.0
"""A connection on which nothing happened for so long may be closed by the service just when a request is sent."""
RECEIVE = 1 << 16
STAMP = struct.Struct("@qq")
"""The time at which what is received came in, as the kernel tells it: seconds and nanoseconds by CLOCK_REALTIME."""
ANCILLARY = socket.CMSG_SPACE(STAMP.size)
_STATUS_LINE = len("HTTP/1.1 200 ")
_KNOCK = f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


class NoAnswer(OSError):
    """A service refused, reset or closed a connection, or kept silent for too long; `kind` says which."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind

    @override
    def __reduce__(self) -> tuple[type["NoAnswer"], tuple[str, str]]:
        # Exceptions are pickled with what they gave to their base class: here that lacks `kind`.
        return NoAnswer, (self.kind, str(self))


class WrongAnswer(Exception):
    """A service answered, but not what the scenario says is right."""

    kind = "wrong answer"


Failure = OSError | message.Malformed

NOTHING = Learned(Step(b"", 0, None, ""), True, b"", *NO_MARKS)
"""What a free connection expects."""


class Connection:
    """One keep-alive connection of one simulated user to one service, and where it is in its script.

    It may be a WebSocket: then requests are messages, and so are answers.
    """

    __slots__ = (
        "_address",
        "_frames",
        "_path",
        "_rest",
        "_script",
        "_socket",
        "_timeout_seconds",
        "_websocket",
        "due_ns",
        "expected",
        "fd",
        "first_byte_ns",
        "first_ns",
        "opened_ns",
        "partial",
        "receive",
        "sent_ns",
        "unsent",
        "used_ns",
        "write",
    )

    _frames: Frames | None
    _websocket: WebSocket | None

    def __init__(self, address: tuple[str, int], timeout_seconds: float, websocket: str = "") -> None:
        """Opens it, and waits for nothing longer than `timeout_seconds`. Raises NoAnswer.

        `websocket` is the path of the WebSocket that it is; "" for HTTP.
        """
        self._address = address
        self._path = websocket
        self._timeout_seconds = timeout_seconds
        self._script: Script = ()
        self._rest: Iterator[Learned] = iter(self._script)
        self.expected = NOTHING
        """The answer to the request in flight."""
        self.sent_ns = self.first_ns = self.due_ns = 0
        """When the request in flight was sent, the first one of this slice was sent, the one in flight was due."""
        self.open(self._timeout_seconds)

    @property
    def is_free(self) -> bool:
        """Whether no request is in flight."""
        return self.expected is NOTHING

    def is_new(self) -> bool:
        """Whether it was opened just now and never used."""
        return self.used_ns == self.opened_ns and time.perf_counter_ns() - self.opened_ns < IDLE_SECONDS * 1e9

    def open(self, seconds: float) -> None:
        """Waits for so long at most. Raises NoAnswer."""
        self._renew()
        deadline = time.monotonic() + seconds
        try:
            self._wait_no_longer_than(deadline)
            self._socket.connect(self._address)
            if self._path:
                self._socket.sendall(self.greeting())
                shaken = False
                while not shaken:
                    self._wait_no_longer_than(deadline)
                    shaken = self.shakes(self._socket.recv(RECEIVE))
        except NoAnswer:
            self.close()
            raise
        except TimeoutError:
            self.close()
            raise NoAnswer("timeout", f"no connection within {seconds:.3g} s") from None
        except OSError as error:
            self.close()
            raise NoAnswer("refused", str(error)) from None
        self._socket.setblocking(False)

    def _wait_no_longer_than(self, deadline: float) -> None:
        """Sets how long the next call may wait."""
        # A timeout of 0 would mean not to wait, and a negative one is refused.
        self._socket.settimeout(max(deadline - time.monotonic(), 0.001))

    def greeting(self) -> bytes:
        """What opens the WebSocket on a new connection; b"" if it is none."""
        if not self._path:
            return b""
        self._websocket = WebSocket(self._path)
        self._frames = Frames(self._websocket)
        return self._websocket.to_send()

    @property
    def is_greeted(self) -> bool:
        """Whether the opening of its WebSocket was sent."""
        return self._websocket is not None

    def shakes(self, data: bytes) -> bool:
        """Whether the WebSocket is open with this answer to the greeting. Raises NoAnswer."""
        if not data:
            raise NoAnswer("handshake", f"WS {self._path}: closed in the opening handshake")
        assert self._websocket is not None
        try:
            return self._websocket.shake(data)
        except websocket.Refused as error:
            raise NoAnswer("handshake", f"WS {self._path}: {error}") from None

    def begin_to_open(self) -> None:
        """Does not wait: once it can be written to, it is open. Raises NoAnswer."""
        self._renew()
        self._socket.setblocking(False)
        code = self._socket.connect_ex(self._address)
        if code not in (0, errno.EINPROGRESS):
            self.close()
            raise NoAnswer("refused", os.strerror(code))

    def _renew(self) -> None:
        try:
            self._socket = self._new_socket(socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET)
        except OSError as error:
            raise NoAnswer("refused", f"no socket: {error.strerror}") from None
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.fd: int = self._socket.fileno()
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.receive, self.write = self._socket.recvmsg, self._socket.send
        self._websocket = None
        self._frames = None
        self.partial: Answer | None = None
        """What came of the answer in flight, if that did not come in one piece."""
        self.first_byte_ns = 0
        """When the first byte of its body came, if it is a stream; the loop says so."""
        self.unsent = memoryview(b"")
        """What the socket's buffer could not take of the request in flight."""
        self.opened_ns = self.used_ns = time.perf_counter_ns()
        """When it was opened, and when it last did something: kept only for the moments at which it becomes free."""

    def _new_socket(self, family: int) -> socket.socket:
        made: socket.socket = _Socket(family)
        return made

    def close(self) -> None:
        self._socket.close()

    def is_silent(self) -> bool:
        """Whether it is open and holds nothing that nobody asked for. Answers the pings of a WebSocket."""
        try:
            if self._frames is not None:
                while True:
                    self.take(self._socket.recv(RECEIVE))
            self._socket.recv(1, _MSG_PEEK)
        except BlockingIOError:
            return self.partial is None and not self.unsent
        except (OSError, message.Malformed):
            return False
        return False

    def knock(self) -> None:
        """Waits until the service has taken the connection up: until it answers, whatever it says. Raises NoAnswer."""
        deadline = time.monotonic() + self._timeout_seconds
        parser, response = message.Parser(), None
        try:
            self._wait_no_longer_than(deadline)
            self._socket.sendall(_KNOCK)
            while response is None:
                if time.monotonic() > deadline:
                    raise TimeoutError
                self._wait_no_longer_than(deadline)
                if not (data := self._socket.recv(RECEIVE)):
                    raise NoAnswer("closed", "a new connection, in place of an answer")
                response = parser.feed(data)
        except TimeoutError:
            raise NoAnswer("timeout", f"a new connection is not served within {self._timeout_seconds:g} s") from None
        except NoAnswer:
            raise
        except (OSError, message.Malformed) as error:
            raise NoAnswer("refused", str(error)) from None
        self._socket.setblocking(False)
        if not response.keep_alive:
            self.close()
            self.open(self._timeout_seconds)

    def part(self) -> None:
        """Says that nothing more will be sent; the service closes the connection then."""
        with suppress(OSError):
            if self._websocket is not None:
                self._socket.send(self._websocket.close())
            self._socket.shutdown(socket.SHUT_WR)

    def is_closed(self) -> bool:
        """Whether the service has closed it too; what else it says is not listened to."""
        try:
            return not self._socket.recv(RECEIVE)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def met_a_close(self, error: Failure) -> bool:
        """Whether the service had closed the connection for being idle before it saw the request in flight.

        Only for the first request after the connection was free: `used_ns` says nothing about the later ones.
        """
        idle_seconds = (self.sent_ns - self.used_ns) / 1e9
        return is_close(error) and self.partial is None and idle_seconds >= IDLE_SECONDS

    def push(self) -> None:
        """Sends as much of what is unsent as the socket takes now."""
        if self.unsent:
            with suppress(BlockingIOError):
                self.unsent = self.unsent[self.write(self.unsent) :]

    def take(self, data: bytes) -> Verdict | None:
        """What the answer comes to that is complete with this; None if it is not. Raises NoAnswer, Malformed."""
        if not data:
            received = 0 if self.partial is None else self.partial.received
            after = f"after {received} bytes of the answer to {self.expected.step.line}"
            raise NoAnswer("closed", "while it was free" if self.is_free else after)
        if self._frames is None and self.is_free:
            raise message.Malformed(f"bytes that nobody asked for: {data[:80]!r}")
        if self.partial is None:
            self.partial = reading.begin(self.expected, self._frames)
        try:
            verdict = self.partial.feed(self.expected, data)
        except websocket.Closed as error:
            self._answer_control_frames()
            raise NoAnswer("closed", str(error)) from None
        if self._websocket is not None:
            self._answer_control_frames()
            if verdict is not None and self.is_free:
                raise message.Malformed(f"a message that nobody asked for: {data[:80]!r}")
            if verdict is not None or self.is_free:
                # Half a frame may have come with it, which only the parser can complete.
                self.partial = None if self._websocket.is_between_frames else reading.begin(NOTHING, self._frames)
        elif verdict is not None:
            self.partial = None
        return verdict

    def _answer_control_frames(self) -> None:
        if self._websocket is not None and (reply := self._websocket.to_send()):
            # Never into the middle of a frame.
            self.unsent = memoryview(bytes(self.unsent) + reply)
            self.push()

    def follow(self, script: Script, turn: int) -> None:
        """Takes up a script: `advance` begins with its transaction number `turn`, counted around."""
        begins = starts(script)
        self._script = script if isinstance(script, tuple) else tuple(script)
        self._rest = iter(self._script)
        # As if it had been unpickled there: to skip thousands of steps would take long, and fill the CPU's cache.
        self._rest.__setstate__(begins[turn % len(begins)])  # type: ignore[attr-defined]
        self.expected = NOTHING
        self.first_byte_ns = 0

    def advance(self) -> Learned:
        """The next step of the script, which is expected to be answered from now on."""
        try:
            expected = self.expected = next(self._rest)
        except StopIteration:
            self._rest = iter(self._script)
            expected = self.expected = next(self._rest)
        return expected

    def silence(self, seconds: float) -> NoAnswer:
        return NoAnswer("timeout", f"no answer within {seconds:.3g} s to {self.expected.step.line}")


class Question(Connection):
    """A connection outside the measured time, to learn answers on.

    It waits for them, and where Locust has made sockets cooperative, everything else in the process goes on meanwhile.
    """

    __slots__ = ("_deadline", "_seconds")

    def __init__(self, address: tuple[str, int], timeout_seconds: float, seconds: float, websocket: str = "") -> None:
        """Opens it, and takes no longer than `seconds` for all questions together. Raises NoAnswer."""
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        super().__init__(address, timeout_seconds, websocket)

    @override
    def _new_socket(self, family: int) -> socket.socket:
        return socket.socket(family)

    def ask(self, step: Step) -> Marks:
        """Sends one request, judges its answer by meaning, and returns what it is recognised by.

        Raises WrongAnswer, NoAnswer.
        """
        deadline = min(self._deadline, time.monotonic() + self._timeout_seconds)
        self.expected = Learned(step, True, step.request, *NO_MARKS)
        wire = b""
        verdict: Verdict | None = None
        try:
            self._wait_until(deadline)
            self._socket.sendall(step.request)
            while verdict is None:
                self._wait_until(deadline)
                data = self._socket.recv(RECEIVE)
                wire += data
                verdict = self.take(data)
        except TimeoutError:
            if deadline == self._deadline:
                raise NoAnswer("timeout", f"learning its answers takes over {self._seconds:g} s") from None
            raise self.silence(self._timeout_seconds) from None
        except message.Malformed as error:
            raise WrongAnswer(str(error)) from None
        except NoAnswer:
            raise
        except OSError as error:
            raise NoAnswer("reset", str(error)) from None
        if not verdict.is_right:
            raise WrongAnswer(verdict.difference)
        if verdict.closes:
            # Recognised without a parse, such an answer would hide that its connection ends.
            self.close()
            self.open(self._timeout_seconds)
            return NO_MARKS
        return _marks(step, wire)

    def _wait_until(self, deadline: float) -> None:
        """Sets how long the next call may wait."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)


def _marks(step: Step, wire: bytes) -> Marks:
    """What a right answer is recognised by that looks like this one."""
    if not step.websocket:
        return Marks(len(wire), wire[:_STATUS_LINE], wire[wire.index(BLANK_LINE) :])
    first = websocket.TEXT_FRAME if step.media_type == TEXT else websocket.BINARY_FRAME
    header = websocket.head(first, len(step.content))
    return Marks(len(wire), header, step.content) if wire == header + step.content else NO_MARKS


def is_close(error: Failure) -> bool:
    """Whether the service closed or reset the connection."""
    return isinstance(error, ConnectionError) or getattr(error, "kind", None) == "closed"
