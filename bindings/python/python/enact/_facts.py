"""Values of Python to facts: exactly, or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from ._errors import UsageError

#: A fact that is known to be unknown: no assumption fills it in.
UNKNOWN: Mapping[str, bool] = {"unknown": True}


def spell(facts: Mapping[str, Any] | str) -> str:
    """Returns facts as JSON; text is taken as it is."""
    return facts if isinstance(facts, str) else _value(facts, "")


def _value(value: Any, at: str) -> str:
    if value is None or isinstance(value, (bool, int, str)):
        return json.dumps(value)
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise UsageError(f"{at or '/'}: a moment without a zone says not when; give it a tzinfo")
        return json.dumps(value.isoformat())
    if isinstance(value, date):
        return json.dumps(value.isoformat())
    if isinstance(value, time):
        if value.second or value.microsecond:
            raise UsageError(f"{at or '/'}: a time of day has no seconds")
        return json.dumps(value.strftime("%H:%M"))
    if isinstance(value, Mapping):
        members = (f"{json.dumps(key)}: {_value(member, f'{at}/{key}')}" for key, member in value.items())
        return "{" + ", ".join(members) + "}"
    if isinstance(value, Set):
        return "[" + ", ".join(sorted(_value(member, at) for member in value)) + "]"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(member, f"{at}/{place}") for place, member in enumerate(value)) + "]"
    if isinstance(value, float):
        raise UsageError(f"{at or '/'}: facts are exact, and {value!r} is not; write decimal.Decimal({str(value)!r})")
    raise UsageError(f"{at or '/'}: a {type(value).__name__} is no fact")
