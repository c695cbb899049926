"""What NVIDIA's verifiers say of accelerators and switches: overall and per device, as tokens or as their claims."""

from collections.abc import Iterator

from app.errors import Problem, Unreadable
from app.evidence.attestation import Claims, Stated, flag, remarks, repeated, stated_in, validity, words
from app.evidence.content import Content
from app.evidence.reading import Reading
from app.evidence.stated import attributes, day_of_seconds, figure, line, lines
from app.finding import Finding

Device = dict[str, bool | int | float | str | None]

_OVERALL = "x-nvidia-overall-att-result"
_DEVICE = ("x-nvidia-gpu-", "x-nvidia-switch-")
_RESULTS = {"success": 1.0, "fail": 0.0}
_NOT_CHECKS = ("-fetched", "-available")
_STAGING = "-stg."


def recognises(file: Content) -> bool:
    """Claims of the platform, or of a device; alone or in a list of tokens."""
    return any(_is_overall(each.claims) or _is_device(each.claims) for each in stated_in(file))


def read(file: Content) -> Reading:
    """Read what each token claims."""
    found = [each for each in stated_in(file) if _is_overall(each.claims) or _is_device(each.claims)]
    if not found:
        raise Unreadable("This looks like an NVIDIA attestation and cannot be read.", [Problem("", "holds no claims")])
    days = [day for each in found if (day := day_of_seconds(figure(each.claims.get("iat")))) is not None]
    first = found[0].claims
    return Reading(
        kind="nvidia-attestation",
        title="NVIDIA attestation",
        tool=line(first.get("iss")),
        version=next(iter(lines(each.claims.get("x-nvidia-ver") for each in found)), None),
        observed_on=min(days) if len(days) == len(found) else None,
        grade="asserted",
        findings=tuple(finding for each in found for finding in _findings(each)),
        remarks=lines(_remarks(file, found)),
    )


def _is_overall(claims: Claims) -> bool:
    return isinstance(claims.get(_OVERALL), bool) and "submods" in claims


def _is_device(claims: Claims) -> bool:
    return "measres" in claims and any(name.startswith(_DEVICE) for name in claims)


def _findings(stated: Stated) -> Iterator[Finding]:
    claims, where = stated.claims, stated.where
    signed = {"signed_with": stated.algorithm or "nothing", **validity(claims)}
    if _is_overall(claims):
        submods = claims["submods"]
        devices = len(submods) if isinstance(submods, dict) else None
        yield from flag(_OVERALL, claims[_OVERALL], where, devices=devices, **signed)
    if not _is_device(claims):
        return
    device: Device = {
        "device": where.rpartition(".")[2] or line(claims.get("ueid")),
        "hwmodel": line(claims.get("hwmodel")),
        **signed,
    }
    result = claims.get("measres")
    yield Finding(
        metric="measres",
        value=_RESULTS.get(result) if isinstance(result, str) else None,
        unit="1",
        where=f"{where}.measres" if where else "measres",
        attributes=attributes(**device | {"value": line(result)}),
    )
    yield from flag("secboot", claims.get("secboot"), where, **device)
    debug = claims.get("dbgstat")
    if isinstance(debug, str):
        yield from flag("dbgstat", _debug_on(debug), where, **device | {"value": line(debug)})
    for name, value in claims.items():
        if name.startswith(_DEVICE):
            yield from _of_device(name, value, where, device)
    yield from words("x-nvidia-attestation-warning", claims.get("x-nvidia-attestation-warning"), where, **device)


def _of_device(name: str, value: object, where: str, device: Device) -> Iterator[Finding]:
    """One check of a device (true or false, or since version 3 of the claims a certificate's state), or a version."""
    metric = line(name) or "x-nvidia"
    if isinstance(value, bool) and not name.endswith(_NOT_CHECKS):
        yield from flag(metric, value, where, **device)
    elif name.endswith("-version"):
        yield from words(metric, value, where, **device)
    elif isinstance(value, dict) and isinstance(value.get("x-nvidia-cert-status"), str):
        state, revoked = value["x-nvidia-cert-status"], value.get("x-nvidia-cert-ocsp-status")
        more = {"value": line(state), "ocsp": line(revoked), "until": line(value.get("x-nvidia-cert-expiration-date"))}
        yield from flag(metric, state == "valid" and revoked in (None, "good"), where, **device | more)


def _debug_on(state: str) -> bool | None:
    return {"enabled": True, "disabled": False}.get(state.lower())


def _remarks(file: Content, found: list[Stated]) -> Iterator[str]:
    for each in found:
        yield from remarks(each)
        issuer = line(each.claims.get("iss")) or ""
        if _STAGING in issuer:
            yield f"The issuer is a service for tests ({issuer})."
        if issuer == "LOCAL_GPU_VERIFIER":
            yield "The host checked itself (LOCAL_GPU_VERIFIER): somebody outside has to have asked for it."
        warning = line(each.claims.get("x-nvidia-attestation-warning"))
        if warning:
            yield f"The verifier warns: {warning}"
    for name in repeated(file):
        yield f"The field {name} stands more than once; the last one counts."
    if not any(_is_overall(each.claims) for each in found):
        yield "The overall result is not in the file: it speaks of single devices."
    if not any(_is_device(each.claims) for each in found):
        yield "The claims of the single devices are not in the file: debug and secure boot are not stated."
    yield "A nonce proves freshness only to whoever chose it: keep the request with the answer."
