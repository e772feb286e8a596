"""Providers are checked against the models, and their dotted names become imports."""

from __future__ import annotations

import pytest
from plan_builders import MODULE, column, key, mapper, schema, table

from tcgen.errors import TcgenError
from tcgen.plan.factories.providers import check_providers, provider_code


@pytest.mark.parametrize(
    ("expression", "text", "imports"),
    [
        ("Use(fake.email)", "Use(fake.email)", set()),
        ("Use(lambda: shop.codes.make(1))", "Use(lambda: make(1))", {"from shop.codes import make"}),
        ("shop.codes.Kind.OLD", "Kind.OLD", {"from shop.codes import Kind"}),
        (
            "Use(lambda: datetime.datetime.now(datetime.timezone.utc))",
            "Use(lambda: datetime.now(timezone.utc))",
            {"from datetime import datetime", "from datetime import timezone"},
        ),
        ("PostGenerated(lambda n, v: v.x.y)", "PostGenerated(lambda n, v: v.x.y)", set()),
        ("Use(lambda: [é.a for é in (1,)])", "Use(lambda: [é.a for é in (1,)])", set()),
        ('Use(lambda: "é" + shop.make())', 'Use(lambda: "é" + make())', {"from shop import make"}),
        ("str.upper('a')", "str.upper('a')", set()),
    ],
)
def test_dotted_names_are_imported(expression: str, text: str, imports: set[str]) -> None:
    code = provider_code(expression)
    assert (code.text, set(code.imports)) == (text, imports)


def test_a_provider_for_nothing_there_is_names_what_may_be_meant() -> None:
    books = table("book", key(), column("title"))
    known = schema([books], [mapper("Book", books)])
    check_providers({f"{MODULE}.Book.title": "1"}, known)
    with pytest.raises(TcgenError) as raised:
        check_providers({f"{MODULE}.Book.titel": "1", "nothing.like.it": "1"}, known)
    assert f'did you mean "{MODULE}.Book.title"?' in raised.value.detail
    assert '"nothing.like.it"' in raised.value.detail
