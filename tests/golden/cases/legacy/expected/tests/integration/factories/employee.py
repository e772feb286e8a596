"""Factory for `legacy.assets.Employee`."""

from __future__ import annotations

from polyfactory import Use

from legacy.assets import Employee

from .base import ModelFactory, fake, serial
from .unit import UnitFactory


class EmployeeFactory(ModelFactory[Employee]):
    """Makes rows for `Employee`."""

    __model__ = Employee

    unit = UnitFactory
    badge = Use(lambda: f"{next(serial)}")
    email = Use(fake.email)
