"""One keep-alive connection: it sends the steps of a script and tells whether a whole answer is there and right.

When to send and when to read is for the client's loops to decide. They recognise the usual answer by themselves, since
a call for each would cost too much.
"""

import errno
import os
import re
import socket
import struct
import time
from collections.abc import Iterator
from typing import override

from gevent import monkey

from levelground.traffic import message
from levelground.traffic.pool import Learned, Script, starts
from levelground.traffic.spelling import BLANK_LINE, NO_MARKS, Marks
from levelground.traffic.step import Step

# Locust makes its process cooperative: that takes epoll away and puts a switch into every socket call.
# A slice wants neither. It drives all its connections itself and gives way when it is over.
# The original create_connection would be no help: it makes sockets of the class that the module has by then.
_Socket = monkey.get_original("socket", "socket")
_MSG_PEEK = 2

IDLE_SECONDS = 1.0
"""A connection on which nothing happened for so long may be closed by the service just when a request is sent."""
RECEIVE = 1 << 16
_SO_TIMESTAMPNS = 35
STAMP = struct.Struct("@qq")
"""The time at which what is received came in, as the kernel tells it: seconds and nanoseconds by CLOCK_REALTIME."""
ANCILLARY = socket.CMSG_SPACE(STAMP.size)
_LONGEST_ANSWER = 1 << 22
_STATUS_LINE = len("HTTP/1.1 200 ")
_TRANSFER_ENCODING = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d{1,9})(?=\r\n|\Z)", re.IGNORECASE)


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
    """One keep-alive connection of one simulated user to one service, and where it is in its script."""

    __slots__ = (
        "_address",
        "_rest",
        "_script",
        "_socket",
        "_timeout_seconds",
        "buffer",
        "closes",
        "due_ns",
        "expected",
        "fd",
        "first_ns",
        "opened_ns",
        "receive",
        "sent_ns",
        "used_ns",
        "write",
    )

    def __init__(self, address: tuple[str, int], timeout_seconds: float) -> None:
        """Opens it, and waits for nothing longer than `timeout_seconds`. Raises NoAnswer."""
        self._address = address
        self._timeout_seconds = timeout_seconds
        self._script: Script = ()
        self._rest: Iterator[Learned] = iter(self._script)
        self.expected = NOTHING
        """The answer to the request in flight."""
        self.closes = False
        """Whether the service closes the connection after the last answer that was parsed."""
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
        try:
            # A timeout of 0 would mean not to wait, and a negative one is refused.
            self._socket.settimeout(max(seconds, 0.001))
            self._socket.connect(self._address)
        except TimeoutError:
            self.close()
            raise NoAnswer("timeout", f"no connection within {seconds:.3g} s") from None
        except OSError as error:
            self.close()
            raise NoAnswer("refused", str(error)) from None
        self._socket.setblocking(False)

    def begin_to_open(self) -> None:
        """Does not wait: once it can be written to, it is open. Raises NoAnswer."""
        self._renew()
        self._socket.setblocking(False)
        code = self._socket.connect_ex(self._address)
        if code not in (0, errno.EINPROGRESS):
            self.close()
            raise NoAnswer("refused", os.strerror(code))

    def _renew(self) -> None:
        self._socket = self._new_socket(socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.fd: int = self._socket.fileno()
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.receive, self.write = self._socket.recvmsg, self._socket.send
        self.buffer = b""
        self.opened_ns = self.used_ns = time.perf_counter_ns()
        """When it was opened, and when it last did something: kept only for the moments at which it becomes free."""

    def _new_socket(self, family: int) -> socket.socket:
        made: socket.socket = _Socket(family)
        return made

    def close(self) -> None:
        self._socket.close()

    def is_silent(self) -> bool:
        """Whether it is open and holds nothing that nobody asked for."""
        try:
            self._socket.recv(1, _MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def met_a_close(self, error: Failure) -> bool:
        """Whether the service had closed the connection for being idle before it saw the request in flight.

        Only for the first request after the connection was free: `used_ns` says nothing about the later ones.
        """
        idle_seconds = (self.sent_ns - self.used_ns) / 1e9
        return is_close(error) and not self.buffer and idle_seconds >= IDLE_SECONDS

    def send(self, request: bytes) -> None:
        sent = self.write(request)
        if sent != len(request):
            self.send_rest(request[sent:])

    def send_rest(self, rest: bytes) -> None:
        """Of a request that the socket's buffer could not take at once: waits until it does."""
        self._socket.settimeout(self._timeout_seconds)
        self._socket.sendall(rest)
        self._socket.setblocking(False)

    def take(self, data: bytes) -> None:
        """Adds what came to the answer in the buffer. Raises NoAnswer, Malformed."""
        if not data:
            after = f"after {len(self.buffer)} bytes of the answer to {self.expected.step.line}"
            raise NoAnswer("closed", "while it was free" if self.is_free else after)
        if self.is_free:
            raise message.Malformed(f"bytes that nobody asked for: {data[:80]!r}")
        self.buffer += data
        if len(self.buffer) > _LONGEST_ANSWER:
            raise message.Malformed(f"over {_LONGEST_ANSWER:,} bytes as the answer to {self.expected.step.line}")

    def parse(self) -> message.Response | None:
        """The answer in the buffer, if it is complete. Raises Malformed."""
        response = message.parse(self.buffer)
        if response is not None and response.length < len(self.buffer):
            raise message.Malformed(f"bytes after the answer: {self.buffer[response.length :][:80]!r}")
        return response

    def holds_the_expected(self) -> bool:
        """Whether the buffer is the right answer, as it is recognised without a parse."""
        expected, buffer = self.expected, self.buffer
        return (
            len(buffer) == expected.length and buffer.endswith(expected.suffix) and buffer.startswith(expected.prefix)
        )

    def is_cut_off(self) -> bool:
        """Whether a part of the body is missing for certain, which takes less time to see than a parse.

        Many servers send headers and body one after the other, so the headers often come alone.
        """
        expected = self.expected
        if expected.length < 0 or not expected.step.body or not self.buffer.startswith(expected.prefix):
            return False
        head, blank_line, body = self.buffer.partition(BLANK_LINE)
        if not blank_line:
            return False
        if _TRANSFER_ENCODING.search(head):
            return not body.endswith(BLANK_LINE)
        length = _CONTENT_LENGTH.search(head)
        return length is not None and len(body) < int(length[1])

    def follow(self, script: Script, turn: int) -> None:
        """Takes up a script: `advance` begins with its transaction number `turn`, counted around."""
        begins = starts(script)
        self._script = script if isinstance(script, tuple) else tuple(script)
        self._rest = iter(self._script)
        # As if it had been unpickled there: to skip thousands of steps would take long, and fill the CPU's cache.
        self._rest.__setstate__(begins[turn % len(begins)])  # type: ignore[attr-defined]
        self.expected = NOTHING
        self.buffer = b""

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

    def is_right(self, response: message.Response) -> bool:
        return self.expected.step.accepts(response.status, response.media_type, response.body)

    def difference(self, response: message.Response) -> str:
        """Expected and got, in words."""
        step = self.expected.step
        return (
            f"{step.line}: expected {step.status} {step.media_type or 'without a body'} {step.body[:200]!r}, "
            f"got {response.status} {response.media_type or 'without media type'} {response.body[:200]!r}"
        )


class Question(Connection):
    """A connection outside the measured time, to learn answers on.

    It waits for them, and where Locust has made sockets cooperative, everything else in the process goes on meanwhile.
    """

    __slots__ = ("_deadline", "_seconds")

    def __init__(self, address: tuple[str, int], timeout_seconds: float, seconds: float) -> None:
        """Opens it, and takes no longer than `seconds` for all questions together. Raises NoAnswer."""
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        super().__init__(address, timeout_seconds)

    @override
    def _new_socket(self, family: int) -> socket.socket:
        return socket.socket(family)

    def ask(self, step: Step) -> Marks:
        """Sends one request, judges its answer by meaning, and returns what it is recognised by.

        Raises WrongAnswer, NoAnswer.
        """
        deadline = min(self._deadline, time.monotonic() + self._timeout_seconds)
        self.expected = Learned(step, True, step.request, *NO_MARKS)
        response: message.Response | None = None
        try:
            self._wait_until(deadline)
            self._socket.sendall(step.request)
            while response is None:
                self._wait_until(deadline)
                self.take(self._socket.recv(RECEIVE))
                response = self.parse()
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
        if not self.is_right(response):
            raise WrongAnswer(self.difference(response))
        wire, self.buffer = self.buffer, b""
        if not response.keep_alive:
            # Recognised without a parse, such an answer would hide that its connection ends.
            self.close()
            self.open(self._timeout_seconds)
            return NO_MARKS
        return Marks(len(wire), wire[:_STATUS_LINE], wire[response.head_length - 4 :])

    def _wait_until(self, deadline: float) -> None:
        """Sets how long the next call may wait."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)


def is_close(error: Failure) -> bool:
    """Whether the service closed or reset the connection."""
    return isinstance(error, ConnectionError) or getattr(error, "kind", None) == "closed"
