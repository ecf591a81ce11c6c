"""Who carries parcels, in our words."""

from portal.carriers.port import Incident as Incident
from portal.carriers.port import ParcelStatus as ParcelStatus
from portal.carriers.port import Scan as Scan
from portal.carriers.port import Tracking as Tracking
