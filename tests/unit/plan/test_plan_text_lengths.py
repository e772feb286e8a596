"""The longest text that a Faker provider is said to give is the longest it gives: a column of that length is not cut."""

from __future__ import annotations

import pytest
from faker import Faker
from faker.providers.company import Provider as Company
from faker.providers.person.en_US import Provider as Person

from tcgen.plan.values.names import _CODES, _NAMED, _TEXTS

LONGEST = {provider: most for _, provider, most in (*_TEXTS, *_CODES, *_NAMED) if most is not None}
SAMPLES = 2000


@pytest.mark.parametrize("call", LONGEST)
def test_no_sample_is_longer(call: str) -> None:
    fake = Faker()
    fake.seed_instance(7)
    name, _, arguments = call.partition(", ")
    given = eval(f"({arguments},)") if arguments else ()
    assert max(len(str(getattr(fake, name)(*given))) for _ in range(SAMPLES)) <= LONGEST[call]


def test_the_rarest_are_not_longer() -> None:
    words = [max(map(len, group)) for group in Company.catch_phrase_words]
    assert sum(words) + len(words) - 1 <= LONGEST["catch_phrase"]
    assert max(map(len, Person.first_names)) + 1 + max(map(len, Person.last_names)) <= LONGEST["user_name"]
