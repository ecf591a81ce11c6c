"""What a web server is pointed at: `gunicorn app:app`."""

from portal import config, create_app

app = create_app(config.from_environment())
