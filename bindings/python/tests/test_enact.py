"""The package as its users meet it, over the policies that enact ships."""

import datetime
import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import enact
import polars as pl
import pyarrow as pa
import pytest

ROOT = Path(__file__).parents[3]
BAR = "flagpoling_bar_applies"
CARD = """
policy library_card effective from 2025-01-01
fact age_years: integer
fact fee: money CAD
decision may_borrow: yes/no otherwise no
rule adults "Adults may borrow" may_borrow is yes when age_years >= 18
decision due: money CAD = fee * 3
"""


@pytest.fixture(scope="module")
def policies():
    return enact.load(ROOT / "policies")


@pytest.fixture(scope="module")
def worker():
    return json.loads((ROOT / "policies/flagpoling/facts/returning_worker.json").read_text())


def card(text=CARD):
    return enact.load({"library_card/2025-01-01.enact": text})


def test_the_ban_decides_from_its_first_day(policies, worker):
    values = {}
    for day in (datetime.date(2024, 12, 23), datetime.date(2024, 12, 24)):
        record = policies.decide("flagpoling", worker, on=day, decisions=[BAR])
        assert record["schema"] == "enact.decision/1"
        values[record["on"]] = record["decisions"][0]["value"]
    assert values == {"2024-12-23": "no", "2024-12-24": "yes"}
    pinned = policies.decide("flagpoling@2024-05-30", worker, on="2024-12-24", decisions=BAR)
    assert pinned["decisions"][0]["value"] == "no"


def test_what_is_loaded_can_be_listed(policies):
    assert "flagpoling" in policies.names
    assert policies.versions("flagpoling")[-1] == "2024-12-24"
    assert "flagpoling" in repr(policies)


def test_an_explanation_is_a_record_or_text(policies, worker):
    asked = {"on": "2024-12-24", "decisions": [BAR]}
    (trace,) = policies.explain("flagpoling", worker, **asked)
    assert trace["schema"] == "enact.trace/1"
    assert trace["value"] == "yes"
    text = policies.explain("flagpoling", worker, format="text", **asked)
    assert "No permit service for flagpolers" in text
    assert policies.explain("flagpoling", worker, format="html", **asked).startswith("<!doctype html>")
    (barred,) = policies.explain("flagpoling", worker, why_not="ban", on="2024-12-24", decisions=[BAR])
    assert [branch["name"] for branch in barred["branches"]] == ["ban"]


def test_a_difference_has_examples_that_decide_so(policies):
    change = policies.diff("flagpoling@2024-05-30", "flagpoling@2024-12-24")
    assert change["schema"] == "enact.diff/1"
    assert change["complete"] is True
    assert "affected" in policies.diff("flagpoling@2024-05-30", "flagpoling@2024-12-24", format="text")
    own = [transition for transition in change["transitions"] if transition["policy"] == "flagpoling"]
    assert [transition["decision"] for transition in own] == ["closed_to_flagpolers", BAR]
    for transition in own:
        facts = transition["groups"][0]["witness"]["facts"]
        for version, side in (("2024-05-30", "from"), ("2024-12-24", "to")):
            record = policies.decide(f"flagpoling@{version}", facts, decisions=[transition["decision"]])
            assert record["decisions"][0]["value"] == transition[side]


def test_an_edit_is_compared_with_what_was_there():
    old, new = card(), card(CARD.replace("18", "16"))
    change = new.diff("library_card", "library_card", before=old)
    (transition,) = change["transitions"]
    assert (transition["decision"], transition["from"], transition["to"]) == ("may_borrow", "no", "yes")
    assert 16 <= transition["groups"][0]["witness"]["facts"]["age_years"] < 18
    same = old.diff("library_card", "library_card", before=card())
    assert (same["complete"], same["transitions"]) == (True, [])


def test_values_of_python_are_facts_exactly():
    facts = {"age_years": 17, "fee": Decimal("6.67")}
    record = card().decide("library_card", facts, on="2025-06-01")
    values = {one["name"]: one["value"] for one in record["decisions"]}
    assert values["may_borrow"] == "no"
    assert values["due"] == "20.01"
    open_record = card().decide("library_card", {"age_years": enact.UNKNOWN}, on="2025-06-01", decisions="may_borrow")
    assert open_record["decisions"][0]["status"] == "undetermined"
    assert open_record["decisions"][0]["missing"] == ["age_years"]
    with pytest.raises(enact.UsageError, match=r"/fee: facts are exact.*Decimal\('0.1'\)"):
        card().decide("library_card", {"fee": 0.1})
    with pytest.raises(enact.UsageError, match="without a zone"):
        card().decide("library_card", {"fee": datetime.datetime(2024, 1, 1)})


def test_what_is_wrong_is_said_with_its_place():
    with pytest.raises(enact.PolicyError, match=r"library_card/2025-01-01.enact:6:.*did you mean") as wrong:
        card(CARD.replace("age_years >=", "age_yeas >="))
    assert wrong.value.findings[0]["code"].startswith("E")
    with pytest.raises(enact.FactsError) as wrong:
        card().decide("library_card", {"age_years": "many", "agee_years": 3})
    assert {problem["pointer"] for problem in wrong.value.problems} == {"/age_years", "/agee_years"}
    with pytest.raises(enact.UsageError, match="did you mean `library_card`"):
        card().decide("library_cart", {})
    with pytest.raises(enact.UsageError, match="there is no format `pdf`"):
        card().explain("library_card", {}, format="pdf")
    with pytest.raises(enact.PolicyError, match="cannot read"):
        enact.load("no/such/folder")
    assert issubclass(enact.PolicyError, enact.EnactError)


def test_a_table_is_decided_as_its_rows_are():
    ages = list(range(-5, 5000))
    table = pa.table({"id": ages, "age_years": ages, "city": ["Paris"] * len(ages)})
    answers = card().decide_table("library_card", table, on="2025-06-01", decisions=["may_borrow"], keep=["city"])
    got = pa.table(answers)
    assert got.num_rows == len(answers) == len(ages)
    assert got["id"].to_pylist() == ages
    assert got.schema.field("id").type == pa.int64()
    assert got["city"].unique().to_pylist() == ["Paris"]
    one = card()
    for age, value in zip(ages[:40], got["may_borrow"].to_pylist()):
        record = one.decide("library_card", {"age_years": age}, on="2025-06-01", decisions=["may_borrow"])
        assert record["decisions"][0]["value"] == {True: "yes", False: "no"}[value]
    assert answers.summary["rows"] == len(ages)
    # As often as it is asked for, and by other libraries.
    assert pl.DataFrame(answers)["may_borrow"].sum() == sum(age >= 18 for age in ages)


def test_tables_of_other_libraries_and_single_batches_are_taken():
    frame = pl.DataFrame({"age_years": [17, 18, None]})
    answers = card().decide_table("library_card", frame, on="2025-06-01", decisions=["may_borrow"])
    got = pl.DataFrame(answers)
    assert got["may_borrow"].to_list() == [False, True, None]
    assert got["may_borrow.missing"].to_list() == [[], [], ["age_years"]]
    batch = pa.record_batch({"age_years": [30]})
    assert pa.table(card().decide_table("library_card", batch, on="2025-06-01"))["may_borrow"].to_pylist() == [True]


def test_rows_that_cannot_be_read_are_never_dropped_in_silence():
    table = pa.table({"age_years": ["17", "many", "30"]})
    with pytest.raises(enact.FactsError, match="row 2: E"):
        card().decide_table("library_card", table, on="2025-06-01")
    answers = card().decide_table("library_card", table, on="2025-06-01", on_error="collect")
    assert pa.table(answers)["id"].to_pylist() == [1, 3]
    assert [row["row"] for row in answers.refused] == [2]
    with pytest.raises(enact.FactsError, match="floating-point"):
        card().decide_table("library_card", pa.table({"age_years": [17.0]}))
    with pytest.raises(enact.FactsError, match="no policy declares a fact"):
        card().decide_table("library_card", pa.table({"agee_years": [17]}))


def test_threads_share_policies(policies, worker):
    def ask(day):
        return policies.decide("flagpoling", worker, on=f"2024-12-{day}", decisions=[BAR])["decisions"][0]["value"]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, [23, 24] * 8)) == ["no", "yes"] * 8
