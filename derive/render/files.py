"""Files that are there as a whole: a reader sees the old one or the new one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write(content: str | bytes, path: str | os.PathLike[str]) -> Path:
    """Put the text or the bytes at `path`, whole or not at all, and give the path."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    target = Path(path)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target
