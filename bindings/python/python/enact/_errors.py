"""What is wrong, said so that a person can mend it."""

from __future__ import annotations

import json
from typing import Any


class EnactError(Exception):
    """Whatever enact refuses."""


class PolicyError(EnactError):
    """Policies have errors, or cannot be read. ``findings`` are those of the record ``enact.finding/1``."""

    def __init__(self, message: str, findings: str = '{"findings": []}') -> None:
        super().__init__(message)
        self.findings: list[dict[str, Any]] = json.loads(findings)["findings"]


class FactsError(EnactError):
    """Facts cannot be read. ``problems`` has ``code``, ``pointer`` (RFC 6901), ``message`` and perhaps ``help`` of each;
    those of a table stand in its columns, or, when a row is named in the message, in ``rows``."""

    def __init__(self, message: str, problems: str = "[]") -> None:
        super().__init__(message)
        self.problems: list[dict[str, Any]] = json.loads(problems)


class UsageError(EnactError):
    """A name, day or option that names nothing."""
