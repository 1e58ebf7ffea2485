from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import c2pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ars0n_adapters import bootstrap, credentials, settings
from ars0n_core.compositor import ffmpeg, provenance
from ars0n_core.errors import CompositorError, MisconfiguredError
from ars0n_core.timelines import GENERATED, Provenance, Source

if TYPE_CHECKING:
    from pathlib import Path

FACTS = Provenance(
    generator="ars0n 0.1.0",
    title="Coffee",
    sources=(Source(part="scene 0", model="veo-3.1", provider="google"),),
)


def certified(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    by: str,
    signing: ec.EllipticCurvePrivateKey,
    hours: float = 1,
) -> x509.Certificate:
    """
    A certificate good for some *hours*, as C2PA asks of one: X.509 v3, its use named.
    """

    def named(text: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COMMON_NAME, text),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "A test"),
            ]
        )

    is_root = key is signing
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - a certificate is for the wall clock
    uses = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "encipher_only", "decipher_only"),
        False,
    )  # fmt: skip
    usage = x509.KeyUsage(
        digital_signature=not is_root, key_cert_sign=is_root, crl_sign=is_root, **uses
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(by))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=2))
        .not_valid_after(now + dt.timedelta(hours=hours))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(usage, critical=True)
    )
    if not is_root:
        mail = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(mail, critical=False)
    return builder.sign(signing, hashes.SHA256())


@pytest.fixture(scope="module")
def signer() -> credentials.Signer:
    root, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    chain = [certified("Us", own, "Root", root), certified("Root", root, "Root", root)]
    pem = serialization.Encoding.PEM
    return credentials.Signer(
        certificates=b"".join(each.public_bytes(pem) for each in chain),
        private_key=own.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def made(folder: Path, name: str) -> Path:
    path = folder / name
    sources = ["-f", "lavfi", "-i", "sine=d=1"]
    if path.suffix == ".mp4":
        sources += ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=30:d=1", "-pix_fmt", "yuv420p"]
    command = [ffmpeg.find().path, "-loglevel", "error", *sources, str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path


@pytest.mark.parametrize("name", ["ad.mp4", "ad.mp3", "ad.wav"])
def test_a_signed_ad_says_who_made_it_and_with_what(
    name: str, signer: credentials.Signer, tmp_path: Path
) -> None:
    path = made(tmp_path, name)
    credentials.sign(path, provenance.manifest(FACTS), signer)
    with path.open("rb") as source, c2pa.Reader(credentials.MEDIA_TYPES[path.suffix], source) as r:
        told = json.loads(r.json())
        assert r.get_validation_state() in {"Valid", "Trusted"}
    active = told["manifests"][told["active_manifest"]]
    claims = {each["label"]: each["data"] for each in active["assertions"]}
    assert claims["c2pa.actions.v2"]["actions"][0]["digitalSourceType"] == GENERATED
    assert claims["org.ars0n.sources"]["sources"][0]["model"] == "veo-3.1"
    assert [each.name for each in tmp_path.iterdir()] == [name]
    subprocess.run(
        [ffmpeg.find().path, "-v", "error", "-xerror", "-i", str(path), "-f", "null", "-"],
        check=True, timeout=60,
    )  # fmt: skip


def test_a_key_that_is_none_leaves_the_ad_as_it_was(
    signer: credentials.Signer, tmp_path: Path
) -> None:
    path = made(tmp_path, "ad.mp3")
    before = path.read_bytes()
    wrong = credentials.Signer(certificates=signer.certificates, private_key=b"no key")
    with pytest.raises(MisconfiguredError, match=r"ad\.mp3"):
        credentials.sign(path, provenance.manifest(FACTS), wrong)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["ad.mp3"]
    assert "no key" not in repr(wrong)


def test_a_key_of_another_certificate_and_one_that_ran_out_are_found_before_work(
    signer: credentials.Signer,
) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    key = other.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    wrong = credentials.Signer(certificates=signer.certificates, private_key=key)
    root = ec.generate_private_key(ec.SECP256R1())
    chain = [
        certified("Us", other, "Root", root, hours=-1), certified("Root", root, "Root", root)
    ]  # fmt: skip
    pem = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in chain)
    for bad in (wrong, credentials.Signer(certificates=pem, private_key=key)):
        with pytest.raises(MisconfiguredError, match="no good"):
            credentials.check(bad)
    credentials.check(signer)


def test_other_files_and_a_missing_library_are_told(
    signer: credentials.Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ad.txt").write_text("x")
    with pytest.raises(CompositorError, match=r"ad\.txt"):
        credentials.sign(tmp_path / "ad.txt", {}, signer)
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(MisconfiguredError, match=r"ars0n\[c2pa\]"):
        credentials.sign(tmp_path / "ad.mp4", {}, signer)


def test_a_deployment_with_a_certificate_signs_what_it_makes(
    signer: credentials.Signer, tmp_path: Path
) -> None:
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(signer.certificates)
    key.write_bytes(signer.private_key)
    variables = {"ARS0N_C2PA_CERTIFICATES": str(chain), "ARS0N_C2PA_KEY": str(key)}
    with bootstrap.product(settings.read(variables, data_dir=tmp_path / "data")) as product:
        sign = getattr(product.ports.compositor, "sign", None)
    assert sign is not None
    path = made(tmp_path, "ad.mp3")
    sign(path, provenance.manifest(FACTS))
    with path.open("rb") as source, c2pa.Reader("audio/mpeg", source) as reader:
        assert reader.get_validation_state() in {"Valid", "Trusted"}


@pytest.mark.parametrize(
    ("variables", "fault"),
    [
        ({"ARS0N_C2PA_KEY": "key.pem"}, "Set both"),
        ({"ARS0N_C2PA_KEY": "none.pem", "ARS0N_C2PA_CERTIFICATES": "none.pem"}, "can't be read"),
        ({"ARS0N_C2PA_KEY": "junk.pem", "ARS0N_C2PA_CERTIFICATES": "junk.pem"}, "no good"),
    ],
)
def test_a_certificate_that_cannot_sign_is_said_at_the_start(
    variables: dict[str, str], fault: str, tmp_path: Path
) -> None:
    (tmp_path / "junk.pem").write_text("no certificate")
    told = {name: str(tmp_path / value) for name, value in variables.items()}
    chosen = settings.read(told, data_dir=tmp_path / "data")
    with pytest.raises(MisconfiguredError, match=fault), bootstrap.product(chosen):
        pass
