"""pytest-mock-resources: a template made once, a database cloned for each test.

pytest-mock-resources.readthedocs.io: "Postgres", "Template Databases"; the server is the one that $PMR_POSTGRES_HOST
and $PMR_POSTGRES_PORT name ("Config").
"""

from pytest_mock_resources import create_postgres_fixture
from shop.models import Base

session = create_postgres_fixture(Base, session=True)
