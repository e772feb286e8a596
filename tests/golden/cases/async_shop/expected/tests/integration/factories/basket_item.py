"""Factory for `async_shop.models.BasketItem`."""

from __future__ import annotations

from async_shop.models import BasketItem

from .base import ModelFactory, Parent
from .basket import BasketFactory
from .product import ProductFactory


class BasketItemFactory(ModelFactory[BasketItem]):
    """Makes rows for `BasketItem`."""

    __model__ = BasketItem
    __bypass_init__ = True
    __parents__ = (Parent(BasketFactory, {"basket_id": "id"}),)

    product = ProductFactory
