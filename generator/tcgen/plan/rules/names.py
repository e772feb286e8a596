"""Values a person likes to read, where the name of a text column says what it holds."""

from __future__ import annotations

import re

from tcgen.plan.columns import Attribute
from tcgen.plan.rules.kinds import kind_of
from tcgen.plan.rules.text import bounded, bounds
from tcgen.plan.source import Code

# pattern of the whole name → Faker's provider, the longest text it gives (None: no bound)
_PROVIDERS: tuple[tuple[str, str, int | None], ...] = (
    (r"(.*_)?e?mail(_address)?", "email", None),
    (r"(full_?name|display_?name|real_?name|customer|author)", "name", 30),
    (r"first_?name|given_?name", "first_name", 15),
    (r"(last|family)_?name|surname", "last_name", 15),
    (r"user_?name|login|nick(name)?", "user_name", 20),
    (r"(.*_)?(url|uri|website|homepage|link)", "url", 60),
    (r"(.*_)?city", "city", 30),
    (r"(.*_)?country(_code|_iso2?)", "country_code", 2),
    (r"(.*_)?country", "country", 60),
    (r"(.*_)?currency(_code)?", "currency_code", 3),
    (r"(.*_)?(postcode|zip(_?code)?|postal_code)", "postcode", 10),
    (r"street(_address)?|address(_line_?\d)?", "street_address", 40),
    (r"(.*_)?(phone|mobile|telephone)(_number)?", "phone_number", 25),
    (r"company(_name)?|organi[sz]ation(_name)?", "company", 40),
    (r"(.*_)?(host_?name|fqdn)", "hostname", 60),
    (r"(.*_)?domain(_name)?", "domain_name", 40),
    (r"(.*_)?ip(_address|_addr)?", "ipv4", 15),
    (r"user_agent", "user_agent", None),
    (r"locale|language(_code)?", "language_code", 3),
    (r"time_?zone|tz", "timezone", 40),
    (r"(.*_)?(mime|content)_?type", "mime_type", 60),
    (r"(.*_)?file_?name", "file_name", 40),
    (r"(.*_)?slug", "slug", 60),
    (r"(.*_)?(description|summary|note|notes|comment|message|body|content|text)", "sentence", None),
    (r"(.*_)?title|subject|headline", "catch_phrase", 60),
)


def readable(attribute: Attribute) -> Code | None:
    """Use the Faker provider the name asks for."""
    return by_name(attribute) if kind_of(attribute.type) == "string" else None


def by_name(attribute: Attribute) -> Code | None:
    """Use the provider for a text, whatever the column stores."""
    if attribute.limits.spelling or attribute.limits.one_of:
        return None
    name = attribute.name.lower().lstrip("_")
    for pattern, provider, longest in _PROVIDERS:
        if re.fullmatch(pattern, name):
            most = bounds(attribute)[1]
            if provider == "country" and most is not None and most < 10:
                provider, longest = "country_code", 2
            return bounded(attribute, provider, longest)
    return None
