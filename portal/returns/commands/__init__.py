"""What operators do about returns, from the command line."""

from portal.returns.commands.importing import import_returns as import_returns
from portal.returns.commands.ruling import returns as returns
