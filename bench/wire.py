"""A browser reduced to what goes over the wire: one connection that is kept, cookies, and bytes as they come."""

import re
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode, urlsplit

import brotli


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    sent: bytes
    """As it came over the wire."""
    text: str


class Wire:
    def __init__(self, url: str, cookies: dict[str, str] | None = None) -> None:
        self.connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
        self.cookies = dict(cookies or {})

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        return self._ask("POST", path, urlencode(fields))

    def reopen(self) -> None:
        """The server closes a connection on which nothing was asked for two seconds."""
        self.connection.close()

    def token(self, path: str) -> str:
        """Of the first form on that page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        assert found, f"{path} has no form"
        return found[1]

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        headers = {"Accept-Encoding": "gzip, br", "Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        sent = answer.read()
        self._keep_cookies(answer)
        plain = brotli.decompress(sent) if answer.headers["Content-Encoding"] == "br" else sent
        return Answer(answer.status, answer.headers["Location"] or "", sent, plain.decode("utf-8", "replace"))

    def _keep_cookies(self, answer: HTTPResponse) -> None:
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
