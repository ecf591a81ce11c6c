"""Messages go to whoever has a certificate for that name, from somebody who is trusted."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from portal.kit.clock import wall
from tests.webhooks.conftest import add, dispatches, happens, work
from tests.webhooks.receiver import listening

Issue = Callable[[str], SSLContext]


@pytest.fixture
def authority(tmp_path: Path) -> tuple[Path, Issue]:
    """The file of an authority that nobody knows yet, and how it vouches for a name."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority")])

    def certificate(of: x509.Name, public: ec.EllipticCurvePublicKey, *extensions: x509.ExtensionType) -> bytes:
        made = x509.CertificateBuilder().subject_name(of).issuer_name(name).public_key(public)
        made = made.serial_number(x509.random_serial_number())
        made = made.not_valid_before(wall() - timedelta(days=1)).not_valid_after(wall() + timedelta(days=1))
        for extension in extensions:
            made = made.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)

    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    (file := tmp_path / "authority.pem").write_bytes(certificate(name, key.public_key(), x509.BasicConstraints(True, None), own))

    def issue(host: str) -> SSLContext:
        own = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        issued = certificate(
            subject,
            own.public_key(),
            x509.SubjectAlternativeName([x509.DNSName(host)]),
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()),
        )
        (pem := tmp_path / "server.pem").write_bytes(issued + own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        context = SSLContext(PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context

    return file, issue


@pytest.mark.parametrize(
    ("host", "is_trusted", "arrives"),
    [("localhost", True, True), ("localhost", False, False), ("other.example", True, False)],
    ids=["all is well", "nobody vouches for it", "it is another name's"],
)
def test_a_message_goes_only_where_the_certificate_is_right(
    box: int, authority: tuple[Path, Issue], monkeypatch: pytest.MonkeyPatch, host: str, is_trusted: bool, arrives: bool
) -> None:
    file, issue = authority
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with listening(issue(host)) as shop:
        shop.url = shop.url.replace("127.0.0.1", "localhost")
        added = add(shop)
        happens(box)
        work()
    (tried,) = dispatches()[0].tried
    assert (tried.status == 204) is arrives, tried.said
    assert len(shop.received) == arrives and ("certificate verify failed" in tried.said) is not arrives
    if arrives:
        assert shop.received[0].is_signed_by(added.secret)
