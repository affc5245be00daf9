"""A headless Chromium, spoken to through its debugging pipe: pages opened, measured and seen."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
    "--remote-debugging-pipe",
)  # fmt: skip
PATIENCE = 60.0  # seconds for one answer
FREE = 10  # descriptors from here on are not those that the browser reads and writes


class Browser:
    """Commands of the DevTools protocol to one page; `events` are what the page reported."""

    def __init__(self, into: int, out: int) -> None:
        self.into, self.out = into, out
        self.events: list[dict[str, Any]] = []
        self._unread = b""
        self._count = 0
        self._session = ""
        target = self.do("Target.createTarget", url="about:blank")["targetId"]
        opened = self.do("Target.attachToTarget", targetId=target, flatten=True)
        self._session = opened["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.do(f"{domain}.enable")

    def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._count += 1
        asked = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self.into, json.dumps(asked).encode() + b"\0")
        while True:
            found = self._next()
            if found.get("id") == self._count:
                assert "error" not in found, found
                return dict(found["result"])
            self.events.append(found)

    def open(self, path: Path, width: int = 1000, scheme: str = "light", media: str = "") -> None:
        self.events.clear()
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=900,
                deviceScaleFactor=1, mobile=False)  # fmt: skip
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.do("Emulation.setEmulatedMedia", media=media, features=features)
        self.do("Page.navigate", url=path.as_uri())
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self._next())

    def value(self, javascript: str) -> Any:
        """The value of an expression in the page, as data."""
        found = self.do("Runtime.evaluate", expression=javascript, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def screenshot(self, path: Path) -> None:
        whole = self.do("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(whole["data"]))

    def complaints(self) -> list[dict[str, Any]]:
        """What the console and the log of the page hold."""
        names = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [event for event in self.events if event.get("method") in names]

    def requests(self) -> list[str]:
        """The addresses that the page asked for, itself among them."""
        asked = (e for e in self.events if e.get("method") == "Network.requestWillBeSent")
        return [event["params"]["request"]["url"] for event in asked]

    def _next(self) -> dict[str, Any]:
        late = time.monotonic() + PATIENCE
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self.out], [], [], max(0.0, late - time.monotonic()))
            assert ready, "the browser does not answer"
            read = os.read(self.out, 1 << 16)
            assert read, "the browser is gone"
            self._unread += read
        first, _, self._unread = self._unread.partition(b"\0")
        return dict(json.loads(first))


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser of its own, with an empty profile there; it ends with the block."""
    assert PROGRAM is not None
    theirs_in, into = map(_away, os.pipe())
    out, theirs_out = map(_away, os.pipe())

    def attach() -> None:
        os.dup2(theirs_in, 3)
        os.dup2(theirs_out, 4)

    process = subprocess.Popen(
        [PROGRAM, *OPTIONS, f"--user-data-dir={profile}", "about:blank"],
        preexec_fn=attach,
        pass_fds=(3, 4),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_in), os.close(theirs_out)
    try:
        found = Browser(into, out)
        yield found
        found._session = ""
        found.do("Browser.close")
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
        os.close(into), os.close(out)


def _away(descriptor: int) -> int:
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, FREE)
    os.close(descriptor)
    return moved
