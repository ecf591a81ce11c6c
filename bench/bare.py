"""What the portal is compared with: a Flask app that does nothing but answer 12 KB of HTML."""

from flask import Flask

PARAGRAPH = "<p>Your next delivery leaves on Tuesday, and can be changed until Sunday evening at eight o’clock.</p>\n"
PAGE = f"<!doctype html>\n<html lang=en><title>Bare</title>\n{PARAGRAPH * (12 * 1024 // len(PARAGRAPH.encode()))}</html>\n"

app = Flask(__name__)


@app.get("/")
def show() -> str:
    return PAGE
