"""The bookshop's tables."""

from bookshop.models.base import Base
from bookshop.models.catalogue import Author, Book, BookStatus, Category, book_authors
from bookshop.models.customers import Address, Customer, Review
from bookshop.models.sales import Order, OrderLine, OrderStatus

__all__ = [
    "Address",
    "Author",
    "Base",
    "Book",
    "BookStatus",
    "Category",
    "Customer",
    "Order",
    "OrderLine",
    "OrderStatus",
    "Review",
    "book_authors",
]
