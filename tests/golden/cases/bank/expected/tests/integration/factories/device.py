"""Factory for `bank.clients.models.Device`."""

from __future__ import annotations

from bank.clients.models import Device

from .account import AccountFactory
from .base import ModelFactory, Parent


class DeviceFactory(ModelFactory[Device]):
    """Makes rows for `Device`."""

    __model__ = Device
    __parents__ = (Parent(AccountFactory, {"account_id": "id"}),)
