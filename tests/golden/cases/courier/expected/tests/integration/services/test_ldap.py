"""OpenLDAP finds an entry, and knows the person whose it is by the password."""

from __future__ import annotations

from ldap3 import Connection


def test_entry_is_found(ldap_connection: Connection, ldap_base: str) -> None:
    alice = f"cn=Alice,{ldap_base}"
    ldap_connection.add(alice, "person", {"sn": "Smith", "userPassword": "secret"})
    ldap_connection.search(ldap_base, "(cn=alice)", attributes=["sn"])
    assert [entry.sn.value for entry in ldap_connection.entries] == ["Smith"]
    assert ldap_connection.rebind(alice, "secret")
