"""Where a page leads, and what on it can be led to."""

from html.parser import HTMLParser


class Links(HTMLParser):
    """The addresses of a page's links, and the ids of its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.to: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.to += [value or "" for name, value in attrs if tag == "a" and name == "href"]
