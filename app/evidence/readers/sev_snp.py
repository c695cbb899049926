"""An attestation report of AMD SEV-SNP as the processor gives it: of fixed length, signed with the key of the chip."""

from collections.abc import Iterator
from struct import unpack_from

from app.evidence.content import Content
from app.evidence.reading import Reading
from app.evidence.stated import attributes
from app.finding import Finding

LENGTH = 0x4A0
_MOST_WITH_CERTIFICATES = LENGTH + 64 * 1024
_VERSIONS = range(2, 6)
_ECDSA_P384 = 1
_UNUSED = slice(0x330, LENGTH)  # behind the two numbers of the signature

# Bits of the guest's policy.
_SMT, _ALWAYS, _MIGRATION, _DEBUG, _SINGLE_SOCKET = 16, 17, 18, 19, 20
# Bytes of the level of trusted parts, in chips before Turin, which order them anew.
_PARTS = {"boot_loader": 0, "tee": 1, "snp": 6, "microcode": 7}
_FIRST_OF_TURIN = 0x1A


def recognises(file: Content) -> bool:
    """By length, version, the policy's bit that is always set, the algorithm, and zeros where they must stand."""
    content = file.content
    if not (len(content) == LENGTH or LENGTH < len(content) <= _MOST_WITH_CERTIFICATES):
        return False
    (version,) = unpack_from("<I", content, 0)
    (policy,) = unpack_from("<Q", content, 0x08)
    (algorithm,) = unpack_from("<I", content, 0x34)
    return (
        version in _VERSIONS
        and bool(policy >> _ALWAYS & 1)
        and policy >> 26 == 0
        and algorithm == _ECDSA_P384
        and not any(content[_UNUSED])
    )


def read(file: Content) -> Reading:
    """Read the policy, the level of the trusted parts and what was measured."""
    content = file.content
    (version,) = unpack_from("<I", content, 0)
    (policy,) = unpack_from("<Q", content, 0x08)
    remarks = [
        "The signature of the chip was not checked here: verify it against AMD's certificates for this chip.",
        "The report states no date.",
    ]
    if policy >> _DEBUG & 1:
        remarks.insert(0, "The host may debug this guest, and so read its memory: it is not confidential.")
    if policy >> _MIGRATION & 1:
        remarks.append("An agent may move this guest to another host: what that agent is has to be shown as well.")
    return Reading(
        kind="sev-snp-report",
        title="AMD SEV-SNP attestation report",
        tool="AMD SEV-SNP",
        version=str(version),
        grade="asserted",
        findings=tuple(_findings(content, version, policy)),
        remarks=tuple(remarks),
    )


def _findings(content: bytes, version: int, policy: int) -> Iterator[Finding]:
    at_policy = f"policy {policy:#x} at 0x8"
    for name, bit in (("debug", _DEBUG), ("migration", _MIGRATION), ("smt", _SMT), ("single_socket", _SINGLE_SOCKET)):
        allowed = float(policy >> bit & 1)
        metric = f"sev_snp.{name}" if name == "single_socket" else f"sev_snp.{name}_allowed"
        yield Finding(metric=metric, value=allowed, unit="1", where=at_policy, attributes={"policy": f"{policy:#x}"})
    (guest,) = unpack_from("<I", content, 0x04)
    (vmpl,) = unpack_from("<I", content, 0x30)
    yield Finding(metric="sev_snp.guest_svn", value=float(guest), unit="1", where="0x4")
    yield Finding(metric="sev_snp.vmpl", value=float(vmpl), unit="1", where="0x30")
    for name, offset in (("current_tcb", 0x38), ("reported_tcb", 0x180), ("committed_tcb", 0x1E0)):
        (tcb,) = unpack_from("<Q", content, offset)
        # Too long for a figure: the number stands in the attributes.
        stated: dict[str, bool | int | float | str] = {"value": f"{tcb:#018x}", **_parts(content, offset)}
        yield Finding(metric=f"sev_snp.{name}", where=f"{offset:#x}", attributes=stated)
    for name, offset, length in (("measurement", 0x90, 48), ("report_data", 0x50, 64), ("host_data", 0xC0, 32)):
        value = content[offset : offset + length].hex()
        yield Finding(metric=f"sev_snp.{name}", where=f"{offset:#x}", attributes={"value": value})
    yield Finding(
        metric="sev_snp.signature_algorithm",
        value=float(_ECDSA_P384),
        unit="1",
        where="0x34",
        attributes=attributes(value="ECDSA P-384 with SHA-384", report_version=version),
    )


def _parts(content: bytes, offset: int) -> dict[str, int]:
    """The level of each trusted part; nothing where the chip orders them in another way."""
    (version,) = unpack_from("<I", content, 0)
    if version >= 3 and content[0x188] >= _FIRST_OF_TURIN:  # the chip's family stands there since version 3
        return {}
    return {name: content[offset + at] for name, at in _PARTS.items()}
