"""What carriers are called, and where each shows a parcel itself."""

import re
from urllib.parse import quote

NAMES = {
    "aras": "Aras Kargo", "australiapost": "Australia Post", "austrianpost": "Österreichische Post", "canadapost": "Canada Post",
    "cargus": "Cargus", "colissimo": "Colissimo", "deutschepost": "Deutsche Post", "dhl": "DHL", "dhlexpress": "DHL Express",
    "dpd": "DPD", "evri": "Evri", "fancourier": "FAN Courier", "fedex": "FedEx", "gls": "GLS", "hermes": "Hermes", "inpost": "InPost",
    "mngkargo": "MNG Kargo", "postnl": "PostNL", "ptt": "PTT Kargo", "royalmail": "Royal Mail", "sameday": "Sameday",
    "swisspost": "Swiss Post", "ups": "UPS", "usps": "USPS", "yurtici": "Yurtiçi Kargo",
}  # fmt: skip
PAGES = {
    "aras": "https://kargotakip.araskargo.com.tr/mainpage.aspx?code={}",
    "austrianpost": "https://www.post.at/sv/sendungsdetails?snr={}",
    "canadapost": "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={}",
    "colissimo": "https://www.laposte.fr/outils/suivre-vos-envois?code={}",
    "dhl": "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}",
    "dhlexpress": "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}",
    "dpd": "https://tracking.dpd.de/status/en_US/parcel/{}",
    "evri": "https://www.evri.com/track/parcel/{}",
    "fancourier": "https://www.fancourier.ro/awb-tracking/?xawb={}",
    "fedex": "https://www.fedex.com/fedextrack/?trknbr={}",
    "gls": "https://gls-group.com/EU/en/parcel-tracking/?match={}",
    "inpost": "https://inpost.pl/en/find-parcel?number={}",
    "royalmail": "https://www.royalmail.com/track-your-item#/tracking-results/{}",
    "swisspost": "https://service.post.ch/ekp-web/ui/entry/search/{}",
    "ups": "https://www.ups.com/track?tracknum={}",
    "usps": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
    "yurtici": "https://www.yurticikargo.com/tr/online-servisler/gonderi-sorgula?code={}",
}


def name_of(carrier: str) -> str:
    """As people call it; of one that is not known here, its own word."""
    return NAMES.get(_key(carrier), carrier.replace("_", " ").replace("-", " ").title())


def page_of(carrier: str, number: str | None) -> str | None:
    """Where it says itself how the parcel is, if that is known."""
    page = PAGES.get(_key(carrier))
    return page.format(quote(number, safe="")) if page and number else None


def _key(carrier: str) -> str:
    return re.sub("[^a-z0-9]", "", carrier.lower())
