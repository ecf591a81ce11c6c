from concurrent.futures import ThreadPoolExecutor

import stripe

from tests.sandbox.endpoint import Endpoint, wait_until
from tests.sandbox.shop import Shop

CLIENTS, ROUNDS = 20, 3


def test_twenty_clients_at_once_lose_nothing_and_all_is_told_once(shop: Shop, endpoint: Endpoint) -> None:
    shop.control("webhooks", {"url": endpoint.url})
    shop.price()
    subscriptions = [shop.subscribe() for _ in range(4)]

    def client(number: int) -> None:
        own = Shop(shop.url)
        subscription = subscriptions[number % len(subscriptions)]
        for turn in range(ROUNDS):
            own.v1.subscriptions.update(subscription.id, {"metadata": {f"client {number}": str(turn)}})
            assert own.v1.subscriptions.retrieve(subscription.id).metadata[f"client {number}"] == str(turn)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))
    written = [dict(shop.again(subscription).metadata.to_dict()) for subscription in subscriptions]
    assert sorted(key for metadata in written for key in metadata) == sorted(f"client {number}" for number in range(CLIENTS))
    assert {value for metadata in written for value in metadata.values()} == {str(ROUNDS - 1)}
    listed = [event.id for event in shop.v1.events.list({"limit": 100}).auto_paging_iter()]
    wait_until(lambda: shop.control("webhooks")["waiting"] == 0, 20)
    assert [event.id for event in endpoint.events()] == listed[::-1]


def test_of_twenty_requests_with_one_key_one_is_done(shop: Shop) -> None:
    key = shop.once()

    def ask(_: int) -> str:
        try:
            return str(Shop(shop.url).v1.customers.create({"name": "Alice"}, key).id)
        except stripe.StripeError as conflict:
            return str(conflict.http_status)

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = set(pool.map(ask, range(CLIENTS)))
    (alice,) = shop.v1.customers.list().data
    assert answers - {"409"} == {alice.id}
