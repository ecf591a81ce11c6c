"""What can go wrong at the API, each with a name that a program may rely on. The page that describes the API explains them."""

from portal.kit.problems import REFUSED as REFUSED
from portal.kit.problems import Kind

NO_KEY = Kind("no-key", 401, "A key is needed")
NO_SCOPE = Kind("no-scope", 403, "This key may not do this")
TOO_FAST = Kind("too-fast", 429, "Too many requests")
NOT_FOUND = Kind("not-found", 404, "It is not there")
NOT_JSON = Kind("not-json", 400, "The body is not JSON")
BAD_PARAMETER = Kind("bad-parameter", 400, "A parameter or a header can't be taken")
NOT_VALID = Kind("not-valid", 422, "The body is not as described")
WRONG_TYPE = Kind("wrong-content-type", 415, "The body has to be application/json")
TOO_LARGE = Kind("too-large", 413, "The body is too large")
DIFFERS = Kind("differs", 409, "It is known already, and differs")
IN_FLIGHT = Kind("in-flight", 409, "The same request is being done")
KEY_REUSED = Kind("idempotency-key-reused", 422, "This Idempotency-Key was for another request")

EXPLAINED = {
    NO_KEY: "There is no Authorization header with a key, or the key is unknown or was revoked.",
    NO_SCOPE: "The key is known, but was made without the scope that the answer names. Make another key.",
    TOO_FAST: "Wait as many seconds as Retry-After says. A key may ask 20 times in a second, and 200 times at once after a rest.",
    NOT_FOUND: "Nothing is known under this name. It may be that it was never sent.",
    NOT_JSON: "The body is no JSON, has a name twice in one object, holds NaN or a number that is too large, or is nested too deep.",
    BAD_PARAMETER: "The answer names the parameter or the header, and says what it takes.",
    NOT_VALID: "Each entry of errors points to a place in the body (RFC 6901) and says what is wrong; a name that we don’t know is.",
    WRONG_TYPE: "Send Content-Type: application/json, and the body in UTF-8.",
    TOO_LARGE: "A body has at most 4 MiB, which is more than an order of 10,000 lines needs.",
    DIFFERS: "What was written once is not changed. Each entry of errors names something that differs from what is known.",
    REFUSED: "The detail says which rule stands against it.",
    IN_FLIGHT: "Another request with this Idempotency-Key is not done yet. Send it again after a second: you get its answer.",
    KEY_REUSED: "Take a new Idempotency-Key for each new request.",
}
