"""Lists that are read page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar, cast

Item = TypeVar("Item")
Page = TypeVar("Page")


class Pages(Generic[Item, Page]):
    """All items of a list when iterated. A page is requested once the previous one is used up."""

    def __init__(self, load: Callable[[str | None], Any]) -> None:
        self._load = load

    def first(self) -> Page:
        """Requests and returns the first page."""
        return cast(Page, self._load(None))

    def pages(self) -> Iterator[Page]:
        """Iterates over pages instead of items."""
        cursor: str | None = None
        while True:
            page = self._load(cursor)
            yield cast(Page, page)
            cursor = page.get("next_cursor")
            if not cursor or page.get("has_more") is False:
                return

    def __iter__(self) -> Iterator[Item]:
        for page in self.pages():
            yield from cast(Any, page)["data"]
