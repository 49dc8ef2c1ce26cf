"""Another `time` for one module. `time.sleep` itself is not replaced: threads of earlier tests may be using it."""

import time
from types import SimpleNamespace


def replace_time(monkeypatch, module, **functions):
    """`functions`, such as sleep, replace those of `time` where `module` uses them, until the test ends."""
    monkeypatch.setattr(module, "time", SimpleNamespace(**vars(time) | functions))
