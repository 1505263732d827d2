"""Policies: what is loaded, and what is asked of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, overload

from . import _enact
from ._errors import FactsError, UsageError
from ._facts import spell

Day = date | datetime | str
Level = Literal["reason", "why", "full"]
Text = Literal["text", "md", "html"]


def load(policies: str | os.PathLike[str] | Mapping[str, str] = "policies") -> Policies:
    """Reads and checks policies: a folder, or texts by their paths in it.

    Raises ``PolicyError`` where there are errors.
    """
    if isinstance(policies, Mapping):
        return Policies(_enact.Policies.of(dict(policies)))
    return Policies(_enact.Policies.read(os.fspath(policies)))


class Policies:
    """Policies without errors. They never change, and may be asked from several threads at once.

    A policy is named ``"flagpoling"``, or ``"flagpoling@2024-12-24"`` to ask one version whatever the day.
    """

    __slots__ = ("_native",)

    def __init__(self, native: _enact.Policies) -> None:
        self._native = native

    def __repr__(self) -> str:
        return f"<enact.Policies: {', '.join(self.names)}>"

    @property
    def names(self) -> list[str]:
        """The policies, by name."""
        return self._native.names()

    def versions(self, policy: str) -> list[str]:
        """The versions of a policy, each by the day it starts."""
        return self._native.versions(policy)

    def decide(
        self,
        policy: str,
        facts: Mapping[str, Any] | str,
        *,
        on: Day | None = None,
        decisions: Iterable[str] = (),
    ) -> dict[str, Any]:
        """Decides about one applicant: the record ``enact.decision/1``.

        ``facts`` by their keys, or as JSON; what is not stated stays open. ``on`` is the day it is asked, unless the facts state it;
        ``decisions`` are all of the policy where none is named. Numbers that are not whole come as ``Decimal``.

        Raises ``FactsError`` for facts that cannot be read, all of them at once.
        """
        return _read(self._native.decide(policy, spell(facts), _day(on), _names(decisions)))

    @overload
    def explain(
        self, policy: str, facts: Mapping[str, Any] | str, *, on: Day | None = None, decisions: Iterable[str] = (),
        level: Level = "why", why_not: str | None = None, format: Literal["json"] = "json",
    ) -> list[dict[str, Any]]: ...

    @overload
    def explain(
        self, policy: str, facts: Mapping[str, Any] | str, *, on: Day | None = None, decisions: Iterable[str] = (),
        level: Level = "why", why_not: str | None = None, format: Text,
    ) -> str: ...

    def explain(
        self,
        policy: str,
        facts: Mapping[str, Any] | str,
        *,
        on: Day | None = None,
        decisions: Iterable[str] = (),
        level: Level = "why",
        why_not: str | None = None,
        format: Literal["json"] | Text = "json",
    ) -> list[dict[str, Any]] | str:
        """Explains decisions: the records ``enact.trace/1``, one for each, or text for people.

        ``why_not`` names a rule: then it is explained why that one does not decide.
        """
        names = _names(decisions)
        text = self._native.explain(policy, spell(facts), _day(on), names, level, why_not, format)
        return _read(text) if format == "json" else text

    @overload
    def diff(
        self, old: str, new: str, *, before: Policies | None = None, on: Day | None = None, reasons: bool = False,
        format: Literal["json"] = "json",
    ) -> dict[str, Any]: ...

    @overload
    def diff(
        self, old: str, new: str, *, before: Policies | None = None, on: Day | None = None, reasons: bool = False,
        format: Text,
    ) -> str: ...

    def diff(
        self,
        old: str,
        new: str,
        *,
        before: Policies | None = None,
        on: Day | None = None,
        reasons: bool = False,
        format: Literal["json"] | Text = "json",
    ) -> dict[str, Any] | str:
        """Says who is affected by a change, with an example of each group: the record ``enact.diff/1``, or text for people.

        ``old`` is a policy of ``before``, if that is given, else of these. ``on`` is the day on which people are compared, every day
        where it is left out; ``reasons`` lists groups in which only the reasons differ, too.
        """
        text = self._native.diff(old, new, before._native if before else None, _day(on), reasons, format)
        return _read(text) if format == "json" else text

    def decide_table(
        self,
        policy: str,
        table: Any,
        *,
        on: Day | None = None,
        decisions: Iterable[str] = (),
        keep: Iterable[str] = (),
        ignore: Iterable[str] = (),
        on_error: Literal["raise", "collect"] = "raise",
    ) -> Answers:
        """Decides about every row of a table that is Arrow or gives itself as Arrow: of pyarrow, polars, pandas, DuckDB.

        A column is a fact by its key; ``id`` and those to ``keep`` are copied, those to ``ignore`` passed over. Floating-point columns
        are refused: facts are exact.

        Raises ``FactsError`` for columns and rows that cannot be read; with ``on_error="collect"`` such rows are left out of the
        answers and listed in ``refused``.
        """
        if on_error not in ("raise", "collect"):
            raise UsageError(f"on_error is `raise` or `collect`, not `{on_error}`")
        native = self._native.decide_table(policy, table, _day(on), _names(decisions), list(keep), list(ignore))
        answers = Answers(native)
        if on_error == "raise" and answers.refused:
            raise _unread(answers.refused)
        return answers


class Answers:
    """The answers for a table: Arrow, for ``pyarrow.table(answers)``, ``polars.DataFrame(answers)`` and whoever reads it."""

    __slots__ = ("_native", "refused", "summary")

    def __init__(self, native: _enact.Answers) -> None:
        self._native = native
        #: The rows that are not decided: ``row`` (from 1), ``line`` and ``problems`` of each.
        self.refused: list[dict[str, Any]] = _read(native.refused())
        #: What the rows came to: the record ``enact.batch/1``.
        self.summary: dict[str, Any] = _read(native.summary())

    def __len__(self) -> int:
        return len(self._native)

    def __repr__(self) -> str:
        return f"<enact.Answers: {len(self)} rows, {len(self.refused)} refused; {', '.join(self.columns)}>"

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return self._native.columns()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._native.__arrow_c_stream__(requested_schema)


def _read(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def _day(on: Day | None) -> str | None:
    return on.isoformat() if isinstance(on, date) else on


def _names(names: Iterable[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _unread(refused: list[dict[str, Any]]) -> FactsError:
    shown = [
        f"row {row['row']}: {problem['code']}{' at ' + problem['pointer'] if problem['pointer'] else ''}: {problem['message']}"
        for row in refused[:10]
        for problem in row["problems"]
    ]
    if len(refused) > 10:
        shown.append(f"and {len(refused) - 10} more rows; on_error=\"collect\" answers the others")
    error = FactsError("\n".join(shown))
    error.problems = [{"row": row["row"], **problem} for row in refused for problem in row["problems"]]
    return error
