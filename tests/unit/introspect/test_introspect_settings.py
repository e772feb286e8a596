"""Models that cannot be imported without settings from the environment."""

from __future__ import annotations

import pytest

from tcgen.errors import TcgenError
from tcgen.introspect.host.url_source import is_database_url, part_of, parts_beside

from .conftest import Inspect, codes

MODELS = """
    import shop.config
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
    class Base(DeclarativeBase):
        pass
    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
"""
ENVIRON = """
    import os
    URL = os.environ["SHOP_DATABASE_URL"]
    KEY = os.environ["SHOP_SECRET_KEY"]
    if len(KEY) < 32:
        raise ValueError("too short")
"""
PYDANTIC = """
    from pydantic import ValidationError
    from pydantic_settings import BaseSettings, SettingsConfigDict
    class Settings(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="shop_")
        workers: int
        region: str
    settings = Settings()
"""


HELPER = """
    import os
    class NotConfigured(Exception):
        pass
    def setting(name, optional=True):
        value = os.environ.get(name)
        if value is None and not optional:
            raise NotConfigured(f"{name} is required to start the SHOP.")
        return value
    COLOUR = setting("SHOP_COLOUR")
    KEY = setting("SHOP_KEY", optional=False)
    OPENED = setting("OPENED", optional=False)
"""


def files(config: str) -> dict[str, str]:
    return {"shop/__init__.py": "", "shop/config.py": config, "shop/models.py": MODELS}


def test_missing_variables_get_harmless_values(inspect: Inspect) -> None:
    schema = inspect(files(ENVIRON))

    assert set(schema.import_env) == {"SHOP_DATABASE_URL", "SHOP_SECRET_KEY"}
    assert schema.import_env["SHOP_DATABASE_URL"].startswith("postgresql+")
    assert "settings-made-up" in codes(schema)


def test_variables_that_a_helper_of_the_projects_own_reads(inspect: Inspect) -> None:
    assert set(inspect(files(HELPER)).import_env) == {"SHOP_KEY", "OPENED"}


def test_the_environment_wins(inspect: Inspect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_DATABASE_URL", "postgresql://mine")
    schema = inspect(files(ENVIRON))

    assert set(schema.import_env) == {"SHOP_SECRET_KEY"}


def test_examples_are_used_but_never_secrets(inspect: Inspect) -> None:
    config = 'import os\nR = os.environ["SHOP_REGION"]\nif R != "eu": raise ValueError(R)\nos.environ["SHOP_TOKEN"]\n'
    schema = inspect(files(config), env_defaults={"SHOP_REGION": "eu", "SHOP_TOKEN": "live-secret"})

    assert schema.import_env["SHOP_REGION"] == "eu"
    assert schema.import_env["SHOP_TOKEN"] != "live-secret"


FORMS = {
    "user, password = os.environ['SHOP_CREDENTIALS'].split(':')": "test:test",
    "host, port, *more = os.environ['SHOP_CREDENTIALS'].split()": "test test",
    "CREDENTIALS = int(os.environ['SHOP_CREDENTIALS'])": "1",
    "CREDENTIALS = json.loads(os.environ['SHOP_CREDENTIALS'])": "{}",
}


@pytest.mark.parametrize("line", FORMS)
def test_the_form_that_the_line_asks_for(inspect: Inspect, line: str) -> None:
    schema = inspect(files(f"import json, os\n{line}\n"), environment_names=("SHOP_CREDENTIALS",))
    assert schema.import_env == {"SHOP_CREDENTIALS": FORMS[line]}
    assert [one.cls.dotted for one in schema.mappers] == ["shop.models.User"]


def test_a_setting_of_the_users_own_is_left_as_it_is(
    inspect: Inspect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_CREDENTIALS", "mine")
    with pytest.raises(TcgenError, match="not enough values to unpack"):
        inspect(files("import os\nuser, password = os.environ['SHOP_CREDENTIALS'].split(':')\n"))


def test_pydantic_settings(inspect: Inspect) -> None:
    pytest.importorskip("pydantic_settings")
    schema = inspect(files(PYDANTIC))

    assert schema.import_env == {"SHOP_WORKERS": "1", "SHOP_REGION": "test"}


def test_a_setting_no_value_can_be_made_up_for_is_named(inspect: Inspect) -> None:
    with pytest.raises(TcgenError) as caught:
        inspect(
            files('import os\nif os.environ["SHOP_MAGIC"] != "xyzzy": raise ValueError("no SHOP_MAGIC")\n')
        )

    assert caught.value.code == "import-failed"
    assert "shop/config.py:2" in caught.value.message


NESTED = """
    from pydantic import AliasChoices, BaseModel, Field
    from pydantic_settings import BaseSettings, SettingsConfigDict
    START = "SHOP__"
    class Database(BaseModel):
        server: str = "localhost"
        again: "Database | None" = None
    class Own(BaseSettings):
        pass
    class Settings(Own):
        model_config = SettingsConfigDict(env_prefix=START, env_nested_delimiter="__")
        db: Database = Database()
        region: str = Field("eu", validation_alias=AliasChoices("AWS_REGION", "REGION"))
"""


def test_settings_classes_say_which_variables_they_read(inspect: Inspect) -> None:
    pytest.importorskip("pydantic_settings")
    schema = inspect(files(NESTED))

    assert schema.settings_names == (
        "AWS_REGION",
        "REGION",
        "SHOP__DB",
        "SHOP__DB__AGAIN",
        "SHOP__DB__SERVER",
    )
    assert schema.import_env == {}


@pytest.mark.parametrize(
    ("names", "beside"),
    [
        ("A__DB__URI A__DB__HOST A__DB__DB A__DB__TEST_DB", {"A__DB__HOST", "A__DB__DB", "A__DB__TEST_DB"}),
        ("DB_URL DB_HOST DB_NAME PG_HOST PG_DB", {"DB_HOST", "DB_NAME"}),
        ("DATABASE_URL POSTGRES_HOST POSTGRES_DB", set()),
        ("DB_URL DB_HOST", set()),
    ],
)
def test_parts_that_settings_hold_beside_the_whole(names: str, beside: set[str]) -> None:
    known = {name: part for name in names.split() if (part := part_of(name, "postgresql"))}
    url = names.split()[0]
    assert known[url] == "url"
    assert set(parts_beside({url: "url"}, known)) == beside


@pytest.mark.parametrize(
    ("name", "of_mysql"),
    [
        ("MYSQL_URL", "url"),
        ("SHOP_MARIADB_HOST", "host"),
        ("MYSQL_DATABASE", "database"),
        ("MYSQL_PORT", "port"),
        ("REDIS_HOST", None),
    ],
)
def test_what_is_named_after_mysql_is_a_service_unless_the_project_runs_on_it(
    name: str, of_mysql: str | None
) -> None:
    assert (part_of(name, "mysql"), part_of(name, "postgresql")) == (of_mysql, None)
    assert is_database_url(name, "mysql") == (of_mysql == "url")
    assert not is_database_url(name, "sqlite")
