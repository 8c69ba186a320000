"""What takes long to make, kept by key: the values used last, each made once however many ask for it at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """At most so many values. For threads; a value that cannot be made is not remembered."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._looking, self._making = threading.Lock(), threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of a key, made where it is not there. Values are made one at a time; who finds one never waits."""
        found = self._find(key)
        if found is not None:
            return found
        with self._making:
            found = self._find(key)
            return self._keep(key, make()) if found is None else found

    def _find(self, key: Hashable) -> Value | None:
        with self._looking:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def _keep(self, key: Hashable, value: Value) -> Value:
        with self._looking:
            self._values[key] = value
            if len(self._values) > self._most:
                self._values.popitem(last=False)
        return value
