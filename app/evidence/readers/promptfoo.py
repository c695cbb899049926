"""Results of promptfoo: shares of cases passed, and in red-team runs shares of attacks that succeeded."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import Field

from app.evidence.attacks import aim
from app.evidence.content import Content
from app.evidence.evaluation import MOST_SHOWN, case_remarks, is_mock, share
from app.evidence.reading import Reading
from app.evidence.stated import (
    CamelFields,
    Figure,
    Flag,
    MissingMap,
    Objects,
    attributes,
    day,
    fields,
    figure,
    line,
    refuse_if_many,
)
from app.finding import Finding

_WHAT = "results of promptfoo"
_BROKEN = "Custom function threw error"  # an assertion that could not be run, counted as a failure
_ERROR = 2.0  # the reason of a failure that is an error of the call and says nothing of the answer


class _Tokens(CamelFields):
    cached: Figure = None
    num_requests: Figure = None


class _Stats(CamelFields):
    successes: Figure = None
    failures: Figure = None
    errors: Figure = None

    @property
    def counts(self) -> tuple[float, float, float] | None:
        """Passed, failed and in error; None where the first two are not both stated or one is below zero."""
        if self.successes is None or self.failures is None:
            return None
        found = (self.successes, self.failures, self.errors or 0.0)
        return found if min(found) >= 0 else None


class _Metrics(CamelFields):
    test_pass_count: Figure = None
    test_fail_count: Figure = None
    test_error_count: Figure = None
    total_latency_ms: Figure = None
    cost: Figure = None
    token_usage: _Tokens | None = None
    named_scores: Annotated[dict[str, Any], MissingMap] = Field(default_factory=dict)
    named_scores_count: Annotated[dict[str, Any], MissingMap] = Field(default_factory=dict)


class _Prompt(CamelFields):
    provider: Any = None
    label: str | None = None
    metrics: _Metrics | None = None

    @property
    def model(self) -> str | None:
        return _provider(self.provider)


class _Result(CamelFields):
    success: Flag = None
    error: Any = None
    failure_reason: Figure = None
    prompt_idx: Figure = None  # its column
    provider: Any = None
    metadata: Any = None

    @property
    def broken(self) -> bool:
        return isinstance(self.error, str) and self.error.startswith(_BROKEN)

    @property
    def plugin(self) -> str | None:
        return line(self.metadata.get("pluginId")) if isinstance(self.metadata, dict) else None


class _Head(CamelFields):
    prompts: Annotated[tuple[_Prompt, ...], Objects] = ()


class _Table(CamelFields):
    head: _Head | None = None


class _Results(CamelFields):
    version: Figure = None
    timestamp: Any = None
    prompts: Annotated[tuple[_Prompt, ...], Objects] = ()
    results: Annotated[tuple[_Result, ...], Objects] = ()
    stats: _Stats
    table: _Table | None = None


class _Wrote(CamelFields):
    promptfoo_version: str | None = None
    evaluation_created_at: Any = None


class _Run(CamelFields):
    results: _Results
    metadata: _Wrote | None = None

    @property
    def prompts(self) -> Sequence[_Prompt]:
        """The columns, where version 3 has them or where those before had them."""
        table = self.results.table
        return self.results.prompts or (table.head.prompts if table and table.head else ())


def recognises(file: Content) -> bool:
    """Results with counts and a list, and either the run's id and version 3, or the table of those before."""
    run = file.json
    results = run.get("results") if isinstance(run, dict) else None
    if not isinstance(results, dict) or not isinstance(results.get("stats"), dict):
        return False
    if not isinstance(results.get("results"), list):
        return False
    return ("evalId" in run and isinstance(results.get("prompts"), list)) or isinstance(results.get("table"), dict)


def read(file: Content) -> Reading:
    """Passed of all, by model and prompt too; cost; attacks that succeeded. Prompts and answers are not taken."""
    refuse_if_many(file.json["results"].get("prompts"), "prompts")
    run = fields(_Run, file.json, _WHAT)
    wrote = run.metadata or _Wrote()
    observed = day(run.results.timestamp) or day(wrote.evaluation_created_at)
    models = [each.model for each in run.prompts]
    mock = bool(models) and all(is_mock(each) for each in models)
    found = [*_overall(run), *_attacks(run), *_columns(run)]
    return Reading(
        kind="promptfoo",
        title="promptfoo results",
        tool="promptfoo",
        version=line(wrote.promptfoo_version),
        observed_on=observed,
        grade="asserted" if mock else "demonstrated",
        findings=tuple(found[:MOST_SHOWN]),
        remarks=(
            *_remarks(run, mock),
            *([] if observed else ["The file states no date: say when it was run."]),
        ),
    )


def _provider(value: Any) -> str | None:
    """A model as it is labelled; what comes with an address is not shown whole."""
    if isinstance(value, dict):
        value = value.get("label") or value.get("id")
    name = line(value)
    return name.partition("?")[0] if name and "://" in name else name


def _overall(run: _Run) -> Iterator[Finding]:
    counts = run.results.stats.counts
    if counts is None or sum(counts) <= 0:
        return
    passed, failed, errors = counts
    total = sum(counts)
    models = list(dict.fromkeys(each.model for each in run.prompts if each.model))
    broken = sum(each.broken for each in run.results.results)
    yield Finding(
        metric="promptfoo.pass_rate",
        value=passed / total,
        unit="1",
        attributes=attributes(
            n=total,
            successes=passed,
            failures=failed,
            errors=errors,
            model=", ".join(models) or None,
            broken_assertions=broken or None,
        ),
        where="results.stats",
    )
    yield Finding(
        metric="error.rate",
        value=errors / total,
        unit="1",
        attributes=attributes(n=total, failed=errors),
        where="results.stats.errors",
    )


def _columns(run: _Run) -> Iterator[Finding]:
    """Each prompt with each model: passed of all, cost, time, and scores with names."""
    at = "results.prompts" if run.results.prompts else "results.table.head.prompts"
    for index, prompt in enumerate(run.prompts):
        metrics = prompt.metrics
        if metrics is None:
            continue
        where = f"{at}[{index}].metrics"
        counts = _Stats(
            successes=metrics.test_pass_count, failures=metrics.test_fail_count, errors=metrics.test_error_count
        ).counts
        total = sum(counts) if counts else 0.0
        broken = sum(each.broken and each.prompt_idx in (None, index) for each in run.results.results)
        carried = attributes(
            model=prompt.model,
            prompt=line(prompt.label),
            column=index,
            n=total or None,
            broken_assertions=broken or None,
        )
        if counts and total > 0:
            yield Finding(
                metric="promptfoo.pass_rate", value=counts[0] / total, unit="1", attributes=carried, where=where
            )
        if metrics.cost:  # 0 is what is written where the provider told none
            yield Finding(
                metric="promptfoo.cost",
                statistic="sum",
                value=metrics.cost,
                unit="USD",
                attributes=carried,
                where=f"{where}.cost",
            )
        yield from _time(metrics, carried, where)
        for name, value in metrics.named_scores.items():
            score, count = figure(value), figure(metrics.named_scores_count.get(name))
            if score is not None and count:
                yield Finding(
                    metric=line(f"promptfoo.{name}") or "promptfoo.score",
                    statistic="mean",
                    value=score / count,
                    attributes={**carried, **attributes(n=count)},
                    where=f"{where}.namedScores",
                )


def _time(metrics: _Metrics, carried: dict[str, bool | int | float | str], where: str) -> Iterator[Finding]:
    """The time of all answers; its mean only where none of them came out of a cache."""
    took = metrics.total_latency_ms
    if took is None or took <= 0:
        return
    tokens = metrics.token_usage or _Tokens()
    raw = attributes(raw=took, raw_unit="ms", cached=bool(tokens.cached), observed_by="client")
    at = f"{where}.totalLatencyMs"
    yield Finding(
        metric="promptfoo.total_latency",
        statistic="sum",
        value=took / 1000,
        unit="s",
        attributes={**carried, **raw},
        where=at,
    )
    if tokens.num_requests and not tokens.cached:
        yield Finding(
            metric="gen_ai.client.operation.duration",
            statistic="mean",
            value=took / 1000 / tokens.num_requests,
            unit="s",
            attributes={**carried, **raw, **attributes(requests=tokens.num_requests)},
            where=at,
        )


def _attacks(run: _Run) -> Iterator[Finding]:
    """In a red-team run: how many attacks, and of each kind those not withstood; calls in error are left out."""
    counted: dict[str, tuple[int, int]] = {}
    for each in run.results.results:
        if each.plugin is None or each.success is None or each.failure_reason == _ERROR or each.broken:
            continue
        hits, n = counted.get(each.plugin, (0, 0))
        counted[each.plugin] = (hits + (not each.success), n + 1)
    if counted:
        yield Finding(
            metric="promptfoo.attacks",
            statistic="sum",
            value=sum(n for _, n in counted.values()),
            unit="{attempt}",
            attributes={"kinds": len(counted)},
            where="results.results",
        )
    for plugin, (hits, n) in counted.items():
        rate = share(hits, n)
        if rate is not None:
            yield Finding(
                metric="attack_success_rate",
                value=rate,
                unit="1",
                attributes=attributes(probe=plugin, aim=aim(plugin), n=n, successes=hits),
                where="results.results",
            )


def _remarks(run: _Run, mock: bool) -> Iterator[str]:
    counts = run.results.stats.counts
    total = sum(counts) if counts else 0.0
    yield from case_remarks(total or None, mock=mock)
    if not total:
        yield "It does not say how many cases passed and failed."
    listed = run.results.results
    if len(listed) < total:
        yield f"It lists {len(listed):,} of {total:,.0f} cases; the counts are those of the whole run."
    broken = sum(each.broken for each in listed)
    if broken:
        yield (
            f"Cases that failed because the check itself could not be run: {broken} of the {len(listed)} listed. "
            "That says nothing of the answers: mend the check and run it again."
        )
    if any(each.metrics and each.metrics.token_usage and each.metrics.token_usage.cached for each in run.prompts):
        yield "Answers came out of a cache: their times are no measurement of latency."
    if any(each.metrics and not each.metrics.cost for each in run.prompts):
        yield "For some prompts no cost is told."
