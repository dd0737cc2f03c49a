"""This app once more, under gunicorn: a feature of the frameworks whose server's documentation names it."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from socket import create_server
from typing import Any
from urllib.request import urlopen

WORKER_CLASS = "uvicorn_worker.UvicornWorker"
SECONDS = 25


async def under_gunicorn() -> dict[str, Any]:
    """What it answers, and how many processes answer: two workers, as uvicorn's documentation starts it."""
    with create_server(("127.0.0.1", 0)) as socket:
        port, descriptor = socket.getsockname()[1], socket.fileno()
        options = ["--bind", f"fd://{descriptor}", "--workers", "2", "--worker-class", WORKER_CLASS]
        options += ["--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--log-level", "error"]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gunicorn", "app:app", *options, pass_fds=[descriptor]
        )
    try:
        text = await asyncio.to_thread(_ask, f"http://127.0.0.1:{port}/")
        processes = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
    return {"worker_class": WORKER_CLASS, "processes": len(processes), "text": text}


def _ask(url: str) -> str:
    with urlopen(url, timeout=SECONDS) as response:
        return response.read().decode()
