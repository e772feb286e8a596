from sqlmodel import select

from app.models import User

from .factories.user import UserFactory

NEW = {"email": "new@example.org", "password": "correct horse"}


def test_signup(client, db_session):
    assert client.post("/api/v1/users/signup", json=NEW).status_code == 200
    assert db_session.exec(select(User.email)).all() == [NEW["email"]]


def test_an_address_is_taken_once(client):
    UserFactory.create_sync(email=NEW["email"])
    assert client.post("/api/v1/users/signup", json=NEW).status_code == 400


def test_nothing_is_left(db_session):
    assert db_session.exec(select(User)).all() == []
