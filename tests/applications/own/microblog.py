from sqlalchemy import select

from app.models import User

from .factories.user import UserFactory

NEW = {"username": "susan", "email": "susan@example.org", "password": "correct horse"}


def test_a_user_is_made(client, db_session):
    answer = client.post("/api/users", json=NEW)
    assert answer.status_code == 201
    assert db_session.get(User, answer.json["id"]).username == "susan"


def test_a_name_is_taken_once(client, db_session):
    UserFactory.create_sync(username="susan")
    assert client.post("/api/users", json=NEW).status_code == 400


def test_nothing_is_left(db_session):
    assert db_session.scalars(select(User)).all() == []
