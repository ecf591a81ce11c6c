"""What the shop's people did at the desk."""

from portal.support.models.look import Look as Look
