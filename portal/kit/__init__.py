"""Tools that know nothing of the business."""
