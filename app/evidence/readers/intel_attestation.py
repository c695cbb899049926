"""What Intel Trust Authority says of a trust domain (TDX) or an enclave (SGX): the token, or its claims."""

from collections.abc import Iterator

from app.errors import Problem, Unreadable
from app.evidence.attestation import Claims, Stated, flag, number, remarks, stated_in, validity, words
from app.evidence.content import Content
from app.evidence.reading import Reading
from app.evidence.stated import day_of_seconds, figure, line, lines
from app.finding import Finding

_KINDS = ("TDX", "SGX")
_MEASURED = {"tdx": "tdx_mrtd", "sgx": "sgx_mrenclave"}
_FLAGS = ("tdx_td_attributes_debug", "tdx_is_debuggable", "sgx_is_debuggable")
_WORDS = ("attester_tcb_status", "attester_tcb_date", "tdx_mrtd", "sgx_mrenclave", "sgx_mrsigner")
_GOOD = "UpToDate"


def recognises(file: Content) -> bool:
    """Claims on a trust domain or an enclave, in one object or in one below its name; none of Azure's among them."""
    return any(_sealed(each) is not None for each in stated_in(file))


def read(file: Content) -> Reading:
    """Read whether it may be debugged, how current its parts are, and what was measured."""
    found = next(((each, sealed) for each in stated_in(file) if (sealed := _sealed(each)) is not None), None)
    if found is None:
        raise Unreadable("This looks like an Intel attestation and cannot be read.", [Problem("", "holds no claims")])
    stated, sealed = found
    claims, status = stated.claims, line(sealed[0].get("attester_tcb_status"))
    said = list(remarks(stated))
    if status != _GOOD:
        said.append(f"The trusted parts are not stated to be up to date ({status or 'not stated'}).")
    return Reading(
        kind="intel-attestation",
        title="Intel attestation of a sealed environment",
        tool=line(claims.get("iss")),
        version=line(claims.get("ver")),
        observed_on=day_of_seconds(figure(claims.get("iat"))),
        grade="asserted",
        findings=tuple(_findings(stated, *sealed)),
        remarks=lines(said),
    )


def _sealed(stated: Stated) -> tuple[Claims, str] | None:
    """The claims on the sealed environment, and where they stand."""
    claims = stated.claims
    if "x-ms-ver" in claims:
        return None
    for kind, measured in _MEASURED.items():
        inner = claims.get(kind)
        if isinstance(inner, dict) and isinstance(inner.get(measured), str):
            return inner, f"{stated.where}.{kind}" if stated.where else kind
        if claims.get("attester_type") in _KINDS and isinstance(claims.get(measured), str):
            return claims, stated.where
    return None


def _findings(stated: Stated, sealed: Claims, where: str) -> Iterator[Finding]:
    more = {"signed_with": stated.algorithm or "nothing", **validity(stated.claims)}
    for name in _FLAGS:
        yield from flag(name, sealed.get(name), where, **more)
    for name in _WORDS:
        yield from words(name, sealed.get(name), where, **more)
    yield from number("tdx_seamsvn", sealed.get("tdx_seamsvn"), where, **more)
