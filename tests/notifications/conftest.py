"""A portal with a mail server, as the door's own tests have."""

from tests.accounts.conftest import alice as alice
from tests.accounts.conftest import app as app
from tests.accounts.conftest import mail as mail
