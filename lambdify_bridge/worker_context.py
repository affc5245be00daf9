"""How worker processes come to be: forked from a server that has loaded what they need."""

from __future__ import annotations

import io
import os
from multiprocessing import context, forkserver, popen_forkserver, reduction, spawn, util
from typing import Any

NOT_SENT = ("init_main", "start_method")  # the latter may be one that only the caller knows


class _Popen(popen_forkserver.Popen):
    def _launch(self, process_obj: Any) -> None:
        """As in the class above, but the caller's main module is not run again in the worker."""
        known = spawn.get_preparation_data(process_obj._name)
        known = {name: it for name, it in known.items() if not name.startswith(NOT_SENT)}
        data = io.BytesIO()
        context.set_spawning_popen(self)
        try:
            reduction.dump(known, data)
            reduction.dump(process_obj, data)
        finally:
            context.set_spawning_popen(None)
        fds: list[int] = self._fds  # type: ignore[attr-defined]
        self.sentinel, into = forkserver.connect_to_new_process(fds)
        ends = os.dup(into), self.sentinel
        self.finalizer = util.Finalize(self, util.close_fds, ends)  # type: ignore[attr-defined]
        with open(into, "wb", closefd=True) as pipe:
            pipe.write(data.getbuffer())
        self.pid = forkserver.read_signed(self.sentinel)


class _Process(context.ForkServerProcess):
    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        return _Popen(process_obj)


class _Context(context.ForkServerContext):
    Process = _Process


def with_loaded(modules: list[str]) -> Any:
    """A context whose processes have the modules loaded; those of the first call count."""
    made = _Context()
    made.set_forkserver_preload(modules)
    return made
