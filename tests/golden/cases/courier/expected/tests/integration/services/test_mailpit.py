"""Mailpit takes a mail and shows it to nobody but the test it is for."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from smtplib import SMTP
from typing import Any

from . import Server


def test_mail_arrives(
    mailpit_server: Server,
    mailpit_address: str,
    mailpit_inbox: Callable[[], list[dict[str, Any]]],
) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "shop@example.com", mailpit_address
    mail["Subject"] = "Your order"
    mail.set_content("It is on its way.")
    assert mailpit_inbox() == []
    with SMTP(mailpit_server.host, mailpit_server.port) as connection:
        connection.send_message(mail)
    assert [one["Subject"] for one in mailpit_inbox()] == ["Your order"]
    assert mailpit_inbox()[0]["Text"].strip() == "It is on its way."
