"""Values a person likes to read, where the name of a column says what it holds."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.limits import Limits
from tcgen.plan.constraints.type_parts import innermost
from tcgen.plan.constraints.value_kinds import is_number, kind_of
from tcgen.plan.source.code import Code
from tcgen.plan.values.text import bounded, bounds

# pattern of the whole name → Faker's provider, the longest text it gives (None: no bound)
_TEXTS: tuple[tuple[str, str, int | None], ...] = (
    (r"(.*_)?e?mail(_address)?", "email", 60),
    (r"(full_?name|display_?name|real_?name|customer|author)", "name", 30),
    (r"first_?name|given_?name", "first_name", 15),
    (r"(last|family)_?name|surname", "last_name", 15),
    (r"user_?name|login|nick(name)?", "user_name", 23),
    (r"(.*_)?(url|uri|website|homepage|link)", "url", 60),
    (r"(.*_)?city", "city", 30),
    (r"(.*_)?country", "country", 60),
    (r"street(_address)?|address(_line_?\d)?", "street_address", 40),
    (r"(.*_)?(phone|mobile|telephone)(_number)?", "phone_number", 25),
    (r"company(_name)?|organi[sz]ation(_name)?", "company", 40),
    (r"(.*_)?(host_?name|fqdn)", "hostname", 60),
    (r"(.*_)?domain(_name)?", "domain_name", 40),
    (r"user_agent", "user_agent", None),
    (r"time_?zone|tz", "timezone", 40),
    (r"(.*_)?(mime|content)_?type", "mime_type", 60),
    (r"(.*_)?file_?name", "file_name", 40),
    (r"(.*_)?(file_?)?path", "file_path", 80),
    (r"(.*_)?slug", "slug", 60),
    (r"job(_title)?|occupation|profession", "job", 60),
    (r"(.*_)?(description|summary|note|notes|comment|message|body|content|text)", "sentence", None),
    (r"(.*_)?title|subject|headline", "catch_phrase", 63),
)
# the same, of texts that mean nothing when they are cut
_CODES: tuple[tuple[str, str, int], ...] = (
    (r"(.*_)?country(_code|_iso2?)", "country_code", 2),
    (r"(.*_)?currency(_code)?", "currency_code", 3),
    (r"(.*_)?(postcode|zip(_?code)?|postal_code)", "postcode", 10),
    (r"(.*_)?ip(_address|_addr)?", "ipv4", 15),
    (r"locale|language(_code)?", "language_code", 3),
    (r"(.*_)?iban", "iban", 34),
    (r"(.*_)?(bic|swift)(_code)?", "swift", 11),
    (r"(.*_)?isbn(_?13)?", "isbn13", 17),
    (r"(.*_)?isbn(_?13)?", 'isbn13, ""', 13),
    (r"(.*_)?isbn_?10", "isbn10", 13),
    (r"(.*_)?(ean|gtin|barcode)(_?13)?", "ean13", 13),
    (r"(.*_)?(sha_?256)(_hash|sum)?", "sha256", 64),
    (r"(.*_)?(sha_?1)(_hash|sum)?", "sha1", 40),
    (r"(.*_)?(md5)(_hash|sum)?", "md5", 32),
    (r"(.*_)?(hex_)?colou?r", "hex_color", 7),
    (r"(.*_)?(uuid|guid)", "uuid4", 36),
    (r"mac(_address)?", "mac_address", 17),
    (r"(license|number)_plate", "license_plate", 10),
    (r"(.*_)?version", 'numerify, "#.#.#"', 5),
    (r"(.*_)?(sku|product_code|article_number)", 'bothify, "???-####"', 8),
    (r"(.*_)?(token|api_key)", "pystr, 20, 20", 20),
    (r"(.*_)?status", 'random_element, ["active", "inactive"]', 8),
)
# whose `name` a table holds
_NAMED: tuple[tuple[str, str, int], ...] = (
    (r"(user|person|people|customer|author|contact|member|employee|patient|student|teacher)s?", "name", 30),
    (r"(compan(y|ies)|organi[sz]ations?|supplier|vendor|manufacturer|publisher)s?", "company", 40),
    (r"(city|cities|towns?)", "city", 30),
    (r"(country|countries)", "country", 60),
)
_NUMBERS: tuple[tuple[str, str, str], ...] = (
    (r"(.*_)?lat(itude)?", "-90", "90"),
    (r"(.*_)?(lon|lng|longitude)", "-180", "180"),
    (r"(.*_)?year", "1990", "2030"),
    (r"(.*_)?month", "1", "12"),
    (r"(.*_)?(day|day_of_month)", "1", "28"),
    (r"(.*_)?hour", "0", "23"),
    (r"age", "18", "90"),
    (r"(.*_)?(percent|percentage|pct)", "0", "100"),
    (r"(.*_)?(quantity|qty|pieces|copies|count)", "1", "10"),
    (r"(.*_)?(rating|stars)", "1", "5"),
    (r"(.*_)?port", "1024", "32767"),
    (r"(.*_)?cents", "100", "99999"),
    (r"(.*_)?(price|amount|total|cost|fee|balance|salary)", "1", "999"),
)
_FRACTIONS = r"(.*_)?(rate|ratio|probability|fraction|confidence|score)"
_BIRTH = r"(.*_)?(birth_?date|birth_?day|date_of_birth|born(_on)?|dob)"


def readable(attribute: Attribute) -> Code | None:
    """Use the Faker provider the name asks for."""
    kind = kind_of(attribute.type)
    if kind == "date" and not attribute.distinct and re.fullmatch(_BIRTH, _name(attribute)):
        return Code("Use(fake.date_of_birth, minimum_age=18, maximum_age=90)", reason="a birth date")
    return by_name(attribute) if kind == "string" else None


def by_name(attribute: Attribute) -> Code | None:
    """Use the provider for a text, whatever the column stores."""
    if attribute.limits.spelling or attribute.limits.one_of:
        return None
    name, (shortest, most) = _name(attribute), bounds(attribute)
    for pattern, provider, longest in _CODES:
        fits = most is None or longest <= most
        if re.fullmatch(pattern, name) and fits and shortest <= 3:
            if provider == "uuid4":
                return Code("Use(fake.uuid4)", reason="a UUID as text")
            return bounded(attribute, provider, longest)
    for pattern, provider, atmost in _TEXTS:
        if re.fullmatch(pattern, name):
            if provider == "country" and most is not None and most < 10:
                provider, atmost = "country_code", 2
            return bounded(attribute, provider, atmost)
    for pattern, provider, longest in _NAMED:
        if name == "name" and re.fullmatch(pattern, attribute.table.rpartition(".")[2].lower()):
            return bounded(attribute, provider, longest)
    return None


def sensible(attribute: Attribute) -> Attribute:
    """Return a number's attribute within what makes sense under its name, as far as its CHECKs allow."""
    if attribute.distinct or attribute.cycled or not is_number(attribute.type):
        return attribute
    meant = _meant(attribute)
    both = attribute.limits.merged(meant) if meant else None
    return replace(attribute, limits=both) if both else attribute


def _meant(attribute: Attribute) -> Limits | None:
    name, inner = _name(attribute), innermost(attribute.type)
    for pattern, low, high in _NUMBERS:
        if re.fullmatch(pattern, name):
            digits = (inner.precision or 9) - (inner.scale or 0)
            fits = kind_of(inner) != "numeric" or len(high) <= digits
            return Limits(low=Decimal(low), high=Decimal(high)) if fits else None
    if kind_of(attribute.type) != "integer" and re.fullmatch(_FRACTIONS, name):
        return (
            Limits(low=Decimal(0), high=Decimal(1)) if (inner.precision or 9) > (inner.scale or 0) else None
        )
    return None


def _name(attribute: Attribute) -> str:
    return attribute.name.lower().lstrip("_")
