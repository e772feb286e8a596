"""Long expressions are laid out as ``ruff format`` does, and mean the same afterwards."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcgen.plan.source.code import quoted
from tcgen.plan.source.layout import assignment

dice = random.Random(7)


def _word(letter: str, most: int) -> str:
    return letter * dice.randint(1, most)


def _words(most: int, longest: int) -> list[str]:
    return [_word("v", longest) for _ in range(dice.randint(1, most))]


# one for every kind of expression a rule makes
SHAPES: tuple[Callable[[], str], ...] = (
    lambda: f"Use(fake.random_element, {quoted(_words(30, 30))})",
    lambda: f"Use(next, cycle({quoted(_words(20, 20))}))",
    lambda: f"Use(fake.random_element, [{', '.join('Enum.' + one.upper() for one in _words(8, 40))}])",
    lambda: f"Use(fake.random_element, list({_word('E', 70)}))",
    lambda: f"Use(next, cycle(list({_word('E', 70)})))",
    lambda: f'Use(lambda: f"{_word("n", 80)}-{{next(serial)}}")',
    lambda: "Use(lambda: datetime(2024, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=next(serial)))",
    lambda: f"PostGenerated(lambda _, values: values[{quoted(_word('c', 63))}] + timedelta(hours=1))",
    lambda: f"PostGenerated(lambda _, values: values[{quoted(_word('c', 63))}])",
    lambda: (
        f"Use(lambda: Decimal(fake.random_int({_word('1', 9)}, {_word('9', 30)})) / {10 ** dice.randint(1, 9)})"
    ),
    lambda: quoted(_word("x", 120)),
    lambda: f"Enum.{_word('X', 100)}",
    lambda: f"Use(lambda: [fake.pyfloat(min_value=-1, max_value=1) for _ in range({_word('1', 30)})])",
    lambda: f"Use(lambda: {quoted({_word('k', 20): _words(6, 20) for _ in range(dice.randint(1, 5))})})",
    lambda: (
        "Use(lambda: [Range(datetime(2024, 1, 1, tzinfo=timezone.utc), datetime(2024, 2, 1, tzinfo=timezone.utc))])"
    ),
    lambda: f"Use(fake.pyfloat, min_value={_word('1', 30)}, max_value={_word('2', 30)})",
    lambda: f"(Parent({_word('F', 40)}, {{{quoted(_word('k', 30))}: {quoted(_word('v', 30))}}}),)",
    lambda: f"(Parent(A, {{'a': 'b'}}), Parent({_word('F', 60)}, {{'a': 'b', 'c': 'd'}}))".replace("'", '"'),
)


def test_a_formatter_finds_nothing_to_do(tmp_path: Path) -> None:
    lines = []
    for _ in range(1500):
        name = _word("a", 40)
        lines.append(f"    {name} = {assignment(name, dice.choice(SHAPES)())}\n")
    written = tmp_path / "laid.py"
    written.write_text("class Laid:\n" + "".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "88", "--diff", str(written)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[:3000] + done.stderr


TEXT = st.text(max_size=50)
LITERAL = st.recursive(
    TEXT | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@given(LITERAL)
@settings(max_examples=200, derandomize=True)
def test_literals_keep_their_value(value: object) -> None:
    assert ast.literal_eval(quoted(value)) == value


@given(
    st.text("abcdefgh_", min_size=1, max_size=60),
    LITERAL,
    st.sampled_from(["{}", "Use(lambda: {})", "a[{}]"]),
)
@settings(max_examples=200, derandomize=True)
def test_layout_changes_nothing_but_the_look(name: str, value: object, around: str) -> None:
    code = around.format(quoted(value))
    laid = ast.parse(f"class A:\n    {name} = {assignment(name, code)}\n").body[0]
    assert isinstance(laid, ast.ClassDef)
    assert isinstance(laid.body[0], ast.Assign)
    assert ast.dump(laid.body[0].value) == ast.dump(ast.parse(code, mode="eval").body)


@pytest.mark.parametrize(
    "code",
    [
        "(a + b) * " + "c" * 90,
        "\nUse(a,\n    # why\n    b)\n",
        "x if y else " + "z" * 90,
        "1, 2",
        "lambda: (yield)",
        f"f(*{'a' * 80}, **{'b' * 10})",
        f'"a" "{"b" * 90}"',
        f"a.b({'c' * 90}).d",
        f"not {'c' * 90}",
    ],
)
def test_expressions_of_the_user_keep_their_meaning(code: str) -> None:
    laid = ast.parse(f"class A:\n    name = {assignment('name', code)}\n").body[0]
    assert isinstance(laid, ast.ClassDef)
    assert isinstance(laid.body[0], ast.Assign)
    assert ast.dump(laid.body[0].value) == ast.dump(ast.parse(code.strip(), mode="eval").body)


def test_quotes_are_those_a_formatter_leaves(tmp_path: Path) -> None:
    texts = ["a", "it's", 'say "x"', "'\"", "''\"", '\'""', "\\'", '\\"', "\n", "é", "\0", "\\"]
    written = tmp_path / "quotes.py"
    written.write_text("".join(f"a = {quoted(one)}\n" for one in texts), encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--check", str(written)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
