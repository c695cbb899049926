"""What Microsoft Azure Attestation says of a confidential virtual machine: the token, or its claims."""

from collections.abc import Iterator

from app.errors import Problem, Unreadable
from app.evidence.attestation import Claims, Stated, flag, number, remarks, repeated, stated_in, validity, words
from app.evidence.content import Content
from app.evidence.reading import Reading
from app.evidence.stated import day_of_seconds, figure, line, lines
from app.finding import Finding

_TYPE = "x-ms-attestation-type"
_INNER = "x-ms-isolation-tee"
_TEES = frozenset({"sevsnpvm", "tdxvm", "sgx"})
_FLAGS = (
    "x-ms-sevsnpvm-is-debuggable",
    "x-ms-sevsnpvm-migration-allowed",
    "x-ms-sevsnpvm-smt-allowed",
    "x-ms-sgx-is-debuggable",
    "tdx_is_debuggable",
    "tdx_td_attributes_debug",
)
_NUMBERS = (
    "x-ms-sevsnpvm-vmpl",
    "x-ms-sevsnpvm-bootloader-svn",
    "x-ms-sevsnpvm-guestsvn",
    "x-ms-sevsnpvm-microcode-svn",
    "x-ms-sevsnpvm-snpfw-svn",
    "x-ms-sevsnpvm-tee-svn",
)
_WORDS = ("x-ms-compliance-status", "x-ms-sevsnpvm-launchmeasurement", "x-ms-sgx-mrenclave", "tdx_mrtd")
_DEBUG = ("x-ms-azurevm-bootdebug-enabled", "x-ms-azurevm-hypervisordebug-enabled", "x-ms-azurevm-kerneldebug-enabled")


def recognises(file: Content) -> bool:
    """Claims with Microsoft's version and either a kind of attestation or a sealed environment."""
    return any(_is_azure(each.claims) for each in stated_in(file))


def read(file: Content) -> Reading:
    """Read the claims; those of the sealed environment stand within those of the machine."""
    stated = next((each for each in stated_in(file) if _is_azure(each.claims)), None)
    if stated is None:
        raise Unreadable("This looks like an Azure attestation and cannot be read.", [Problem("", "holds no claims")])
    claims = stated.claims
    inner = claims.get(_INNER)
    if inner is not None and not isinstance(inner, dict):
        raise Unreadable("The Azure attestation cannot be read.", [Problem(_INNER, "must be an object with claims")])
    return Reading(
        kind="azure-attestation",
        title="Azure attestation of a confidential machine",
        tool=line(claims.get("iss")),
        version=line(claims.get("x-ms-ver")),
        observed_on=day_of_seconds(figure(claims.get("iat"))),
        grade="asserted",
        findings=tuple(_findings(stated)),
        remarks=lines((*remarks(stated), *_remarks(file, claims))),
    )


def _is_azure(claims: Claims) -> bool:
    return isinstance(claims.get("x-ms-ver"), str) and (isinstance(claims.get(_TYPE), str) or _INNER in claims)


def _sealed(claims: Claims, where: str) -> tuple[Claims, str]:
    """The claims of the sealed environment, and where they stand: on Azure's machines within the outer ones."""
    inner = claims.get(_INNER)
    if isinstance(inner, dict):
        return inner, f"{where}.{_INNER}" if where else _INNER
    return claims, where


def _findings(stated: Stated) -> Iterator[Finding]:
    claims = stated.claims
    signed = {"signed_with": stated.algorithm or "nothing", **validity(claims)}
    yield from flag("secureboot", claims.get("secureboot"), stated.where, **signed)
    for name in _DEBUG:
        yield from flag(name, claims.get(name), stated.where, **signed)
    sealed, where = _sealed(claims, stated.where)
    kind = line(sealed.get(_TYPE))
    more = {"attestation_type": kind, **signed}
    yield from words(_TYPE, kind, where, outer=line(claims.get(_TYPE)), **signed)
    for name in _WORDS:
        yield from words(name, sealed.get(name), where, **more)
    for name in _FLAGS:
        yield from flag(name, sealed.get(name), where, **more)
    for name in _NUMBERS:
        yield from number(name, sealed.get(name), where, **more)
    runtime = sealed.get("x-ms-runtime")
    machine = runtime.get("vm-configuration") if isinstance(runtime, dict) else None
    if isinstance(machine, dict):
        below = f"{where}.x-ms-runtime.vm-configuration" if where else "x-ms-runtime.vm-configuration"
        for name in ("console-enabled", "secure-boot", "tpm-enabled"):
            yield from flag(name, machine.get(name), below, **more)


def _remarks(file: Content, claims: Claims) -> Iterator[str]:
    issuer = line(claims.get("iss")) or ""
    if ".test." in issuer:
        yield f"The issuer is an instance for tests ({issuer})."
    elif not issuer.endswith(".attest.azure.net"):
        yield f"The issuer is not a service of Azure's ({issuer or 'not stated'})."
    sealed, _ = _sealed(claims, "")
    if line(sealed.get(_TYPE)) not in _TEES:
        yield "The claims speak of a machine, not of sealed memory: no SEV-SNP, TDX or SGX is named in them."
    for name in repeated(file):
        yield f"The field {name} stands more than once; the last one counts."
