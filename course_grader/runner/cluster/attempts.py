"""Which workers a submission may go to, and when one of them has had it for too long."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass
class Workers:
    """What is known of a cluster's workers. Thread-safe."""

    _avoided: dict[str, str] = field(default_factory=dict)  # address: why
    _begun: dict[str, tuple[str, float]] = field(default_factory=dict)  # task: at which address, and when
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def avoid(self, address: str, reason: str) -> bool:
        """Send nothing more there; False if that is known already."""
        with self._lock:
            known = address in self._avoided
            self._avoided[address] = reason
            return not known

    def allowed(self, present: Collection[str], tried: Collection[str] = ()) -> list[str] | None:
        """The workers that may be used, if possible none that has `tried`.

        None if there is no reason to choose, or nothing to choose from: those that come may be used.
        """
        with self._lock:
            if not present or not (self._avoided or tried):
                return None
            usable = [address for address in present if address not in self._avoided]
            return [address for address in usable if address not in tried] or usable

    def reasons(self) -> list[str]:
        with self._lock:
            return [f"worker {address}: {reason}" for address, reason in self._avoided.items()]

    def begin(self, key: str, address: str) -> None:
        with self._lock:
            self._begun[key] = (address, time.monotonic())

    def seconds(self, key: str) -> tuple[str, float]:
        """Where a task is, and for how long; an empty address if it has not begun."""
        with self._lock:
            address, since = self._begun.get(key, ("", time.monotonic()))
        return address, time.monotonic() - since
