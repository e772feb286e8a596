"""What an update takes along in suites of several databases."""

from __future__ import annotations

from tcgen.record.lines import RecordedFactory, RecordedField, RecordedPlan, RecordedSuite
from tcgen.update.renames import moved_files


def factory(label: str, database: str = "", slug: str = "account") -> RecordedFactory:
    fields = tuple(RecordedField(name=name, code=f"Use({label})") for name in ("one", "other"))
    return RecordedFactory(slug=slug, label=label, table="account", fields=fields, database=database)


def plan(*factories: RecordedFactory) -> RecordedPlan:
    return RecordedPlan(suite=RecordedSuite(format=1, dest="tests/integration"), factories=factories)


def test_a_class_that_is_called_otherwise_in_a_further_database() -> None:
    before = plan(factory("shop.Account"), factory("ledger.Account", "ledger"))
    after = plan(factory("shop.Account"), factory("ledger.Book", "ledger", "book"))
    assert moved_files(before, after) == {
        "tests/integration/ledger/factories/book.py": "tests/integration/ledger/factories/account.py"
    }


def test_a_class_that_gets_a_database_of_its_own_takes_its_factory_along() -> None:
    assert moved_files(plan(factory("log.Line")), plan(factory("log.Line", "log"))) == {
        "tests/integration/log/factories/account.py": "tests/integration/factories/account.py"
    }
