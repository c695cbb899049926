"""A model's config.json as transformers writes it: what sizing needs, how it is quantised, whether it brings code."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator

from app.evidence.content import Content
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Figure, Flag, Missing, attributes, fields, figure, line
from app.finding import Finding

_WHAT = "a model's configuration"

# Tokens and layers are counted, hidden sizes are widths of vectors: none has a unit of measure.
_SIZES = (
    ("num_hidden_layers", "{layer}"),
    ("hidden_size", None),
    ("num_attention_heads", "{head}"),
    ("num_key_value_heads", "{head}"),
    ("head_dim", None),
    ("vocab_size", "{token}"),
    ("max_position_embeddings", "{token}"),
    ("sliding_window", "{token}"),
    ("num_local_experts", "{expert}"),
    ("num_experts_per_tok", "{expert}"),
)
_BITS = {"float32": 32, "float16": 16, "bfloat16": 16, "float8_e4m3fn": 8, "float8_e5m2": 8}
_QUANTISED_BITS = {"fp8": 8, "fbgemm_fp8": 8, "mxfp4": 4}


def _one_for_all(value: object) -> object:
    """A size; where each layer has one of its own, none that could be named."""
    return None if isinstance(value, list) else value


_Size = Annotated[Figure, BeforeValidator(_one_for_all)]


class _Quantisation(Fields):
    quant_method: str | None = None
    bits: Figure = None
    group_size: Figure = None
    load_in_4bit: Flag = None
    load_in_8bit: Flag = None
    config_groups: Any = None

    @property
    def weight_bits(self) -> float | None:
        if self.bits is not None:
            return self.bits
        if self.load_in_4bit:
            return 4
        if self.load_in_8bit:
            return 8
        grouped = self._grouped()
        return _QUANTISED_BITS.get((self.quant_method or "").lower()) if grouped is None else grouped

    def _grouped(self) -> float | None:
        """The bits in compressed-tensors' groups, where all groups have the same."""
        groups = self.config_groups.values() if isinstance(self.config_groups, dict) else ()
        weights = [each.get("weights") for each in groups if isinstance(each, dict)]
        found = {figure(each.get("num_bits")) for each in weights if isinstance(each, dict)}
        return found.pop() if len(found) == 1 else None


class _Text(Fields):
    """What a model of text states, at the top or, in one of several senses, under text_config."""

    num_hidden_layers: _Size = None
    hidden_size: _Size = None
    num_attention_heads: _Size = None
    num_key_value_heads: _Size = None
    head_dim: _Size = None
    vocab_size: _Size = None
    max_position_embeddings: _Size = None
    sliding_window: _Size = None
    num_local_experts: _Size = None
    num_experts_per_tok: _Size = None
    torch_dtype: str | None = None
    dtype: str | None = None


class _Config(_Text):
    model_type: str
    architectures: Annotated[tuple[str, ...], Missing] = ()
    transformers_version: str | None = None
    quantization_config: _Quantisation | None = None
    text_config: _Text | None = None


def recognises(file: Content) -> bool:
    """An object with a model type and an architecture or its sizes, and no results."""
    config = file.json
    return (
        isinstance(config, dict)
        and isinstance(config.get("model_type"), str)
        and (
            isinstance(config.get("architectures"), list)
            or {"hidden_size", "num_hidden_layers"} <= config.keys()
            or isinstance(config.get("text_config"), dict)
        )
        and "results" not in config
        and "bomFormat" not in config
    )


def read(file: Content) -> Reading:
    """Its sizes, the bits of a weight, and whether loading it runs code of its own."""
    raw: dict[str, Any] = file.json
    config = fields(_Config, raw, _WHAT)
    model = attributes(model_type=config.model_type, architecture=next(iter(config.architectures), None))
    return Reading(
        kind="hf-config",
        title="Model configuration (transformers)",
        tool="transformers" if config.transformers_version else None,
        version=line(config.transformers_version),
        grade="documented",
        findings=tuple(_findings(config, raw, model)),
        remarks=tuple(_remarks(config, raw)),
    )


def _findings(config: _Config, raw: dict[str, Any], model: Any) -> Iterator[Finding]:
    for name, unit in _SIZES:
        for part, where in ((config, name), (config.text_config, f"text_config.{name}")):
            value = getattr(part, name) if part is not None else None
            if value is not None:
                yield Finding(metric=name, value=value, unit=unit, attributes=model, where=where)
                break
    quantised = config.quantization_config
    bits = quantised.weight_bits if quantised else _BITS.get(_dtype(config) or "")
    carried = {
        **model,
        **attributes(
            dtype=_dtype(config),
            quantised=quantised is not None,
            method=quantised.quant_method if quantised else None,
            group_size=quantised.group_size if quantised else None,
        ),
    }
    if bits is not None:
        where = "quantization_config" if quantised else "torch_dtype" if config.torch_dtype else "dtype"
        yield Finding(metric="weight_bits", value=bits, unit="bit", attributes=carried, where=where)
    elif quantised is not None or _dtype(config):
        yield Finding(metric="weights", attributes=carried, where="quantization_config" if quantised else "dtype")
    yield Finding(
        metric="remote_code",
        statistic="count",
        value=len(raw["auto_map"]) if isinstance(raw.get("auto_map"), dict) else 0,
        unit="{class}",
        attributes=model,
        where="auto_map" if "auto_map" in raw else None,
    )


def _dtype(config: _Config) -> str | None:
    inner = config.text_config or _Text()
    found = config.dtype or config.torch_dtype or inner.dtype or inner.torch_dtype
    return line(found.removeprefix("torch.")) if found else None


def _remarks(config: _Config, raw: dict[str, Any]) -> Iterator[str]:
    if isinstance(raw.get("auto_map"), dict) and raw["auto_map"]:
        yield "It maps classes to code that comes with the model (auto_map): whoever loads it with that runs this code."
    if (
        config.max_position_embeddings is not None
        or (config.text_config or _Text()).max_position_embeddings is not None
    ):
        yield "The positions are what the model was made for; the context that is served may be set shorter."
    if config.quantization_config is not None and config.quantization_config.weight_bits is None:
        yield "It is quantised, and the file does not say to how many bits."
    yield "The file states no date. That these weights are served, it does not show: compare their digest."
