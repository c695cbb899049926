"""A comparison of costs as people read it: what is cheapest and from when on, then what it is made of."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate
from math import ceil
from typing import TYPE_CHECKING, Final

from app.calculators.option_cost import OptionCost
from app.calculators.telling.words import NOT_KNOWN, between, counted, listed, money, month, number, share, sum_of
from app.calculators.told import Bar, Bars, Figure, Line, Lines, Table, Told

if TYPE_CHECKING:
    from app.calculators.tco import Output

_MONTHS: Final = 12
_MOST_SWINGS: Final = 8


def told(output: "Output") -> Told:
    """The result in a sentence, with its figures, tables and pictures."""
    best = _option(output, output.cheapest)
    return Told(
        sentence=_sentence(output, best),
        figures=tuple(_figures(output, best)),
        tables=tuple(_tables(output)),
        pictures=tuple(_pictures(output, best)),
        remarks=tuple(_remarks(output, best)),
    )


def _option(output: "Output", name: str) -> OptionCost:
    return next(each for each in output.options if each.name == name)


def _sentence(output: "Output", best: OptionCost) -> str:
    years = counted(output.years, "year")
    if len(output.options) == 1:
        return f"{best.name} costs {money(best.total, output.currency)} in {years}."
    if best.name == output.reference:
        second = min((each for each in output.options if each is not best), key=lambda each: each.total)
        return f"{best.name} costs least in {years}: {_held_against(best, second)}."
    there = _option(output, output.reference)
    begins, busy = best.break_even_months, best.break_even_utilisation
    if begins is None or ceil(begins) > _MONTHS * output.years:
        return f"{best.name} costs least in {years}: {_held_against(best, there)}."
    since = "from the start" if begins <= 0 else f"from {month(begins)} on"
    condition = f", if it is busy more than {share(busy)} of the time" if busy is not None and 0 < busy < 1 else ""
    return f"{best.name} is cheaper than {there.name} {since}{condition}."


def _held_against(best: OptionCost, other: OptionCost) -> str:
    if other.total <= 0 or best.total == other.total:
        return f"as much as {other.name}" if best.total == other.total else f"less than {other.name}"
    return f"{share(1 - best.total / other.total)} less than {other.name}"


def _figures(output: "Output", best: OptionCost) -> Iterator[Figure]:
    there = _option(output, output.reference)
    for each in (best, *(() if there is best else (there,))):
        yield _total(output, each)
    if there is not best:
        yield Figure(
            f"Cheaper than {there.name}",
            NOT_KNOWN if best.break_even_months is None else month(best.break_even_months),
            _term(best, f"break_even_months against {there.name}") if best.break_even_months is not None else None,
            best.break_even_note,
        )
        if best.break_even_utilisation is not None:
            yield Figure(
                "Costs the same where it is busy",
                share(best.break_even_utilisation),
                _term(best, f"break_even_utilisation against {there.name}"),
            )
    if best.cost_per_million_tokens is not None:
        yield Figure(
            f"{best.name}, a million tokens",
            money(best.cost_per_million_tokens, output.currency),
            _term(best, "cost_per_million_tokens"),
        )
    yield Figure(f"{best.name}, bought", money(best.capex, output.currency), _term(best, "capex"))
    yield Figure(f"{best.name}, worth today", money(best.present_value, output.currency), _term(best, "present_value"))
    for each in output.options:
        if each not in (best, there):
            yield _total(output, each)


def _total(output: "Output", option: OptionCost) -> Figure:
    band = between(option.total_low, option.total_high, lambda amount: money(amount, output.currency))
    value = money(option.total, output.currency)
    return Figure(f"{option.name}, {counted(output.years, 'year')}", value, _term(option, "total"), band)


def _term(option: OptionCost, name: str) -> str:
    return f"{option.name}: {name}"


def _tables(output: "Output") -> Iterator[Table]:
    yield _options(output)
    years = tuple(f"Year {year}" for year in range(1, output.years + 1))
    yield Table(
        f"Paid in each year, {output.currency}; what machines bring at the end is taken off the sum",
        ("Option", *years, "Sum"),
        tuple(
            (each.name, *(sum_of(bought + paid) for bought, paid in _by_year(each)), sum_of(each.total))
            for each in sorted(output.options, key=lambda each: each.total)
        ),
    )
    for each in output.options:
        yield Table(
            f"What {each.name} is made of, {output.currency}",
            ("Line", "Sum", "Share of what is paid"),
            tuple((line.title, sum_of(line.total), _part(each, line.total)) for line in each.lines),
        )
    left_out = [(each, omission) for each in output.options for omission in each.not_counted]
    if left_out:
        yield Table(
            "Not counted, since nobody has stated it",
            ("Line", "Option", "Usual", f"Would add, {output.currency}"),
            tuple(
                (omission.title, each.name, omission.usual or NOT_KNOWN, _span(omission.adds_low, omission.adds_high))
                for each, omission in left_out
            ),
        )
    if output.checks:
        yield Table(
            "What was stated elsewhere",
            ("Figure", "Option", "Stated", "Found", "Agrees"),
            tuple(
                (each.figure.replace("_", " "), each.option, each.stated, each.found, "yes" if each.agrees else "no")
                for each in output.checks
            ),
        )


def _options(output: "Output") -> Table:
    rows = []
    for each in sorted(output.options, key=lambda each: each.total):
        begins = "held against" if each.name == output.reference else month(each.break_even_months)
        rows.append(
            (
                each.name,
                sum_of(each.total),
                _span(each.total_low, each.total_high),
                NOT_KNOWN if each.cost_per_million_tokens is None else sum_of(each.cost_per_million_tokens),
                sum_of(each.capex),
                begins,
                share(each.cost_lines_filled),
            )
        )
    head = (
        "Option",
        "In all",
        "Band",
        "A million tokens",
        "Bought",
        f"Cheaper than {output.reference}",
        "Lines stated",
    )
    return Table(f"The options over {counted(output.years, 'year')}, {output.currency}", head, tuple(rows))


def _by_year(option: OptionCost) -> list[tuple[Decimal, Decimal]]:
    return list(zip(option.capex_by_year, option.opex_by_year, strict=True))


def _part(option: OptionCost, amount: Decimal) -> str:
    paid = sum((line.total for line in option.lines if line.total > 0), Decimal(0))
    return share(amount / paid) if paid and amount >= 0 else ""


def _span(low: Decimal | None, high: Decimal | None) -> str:
    return NOT_KNOWN if low is None or high is None else between(low, high, sum_of)


def _pictures(output: "Output", best: OptionCost) -> Iterator[Lines | Bars]:
    months = _MONTHS * output.years
    lines = tuple(Line(each.name, _paid_until(each)) for each in output.options)
    crossing = best.break_even_months
    crosses = f"{best.name} falls below {output.reference} in {month(crossing)}" if crossing else None
    if crossing is None or not 0 < crossing <= months:
        crosses = f"{best.name} ends lowest" if len(lines) > 1 else f"{best.name} alone"
    yield Lines(
        told=f"What was paid for each option until the end of each of {months} months; {crosses}.",
        caption=f"Paid so far, {output.currency}, by month; what machines bring at the end is left out.",
        axis=tuple(f"month {each}" for each in range(months + 1)),
        lines=lines,
    )
    bars = tuple(_swings(best))
    if bars:
        yield Bars(
            told=f"{best.name} comes to {money(best.total, output.currency)}; most of that turns on "
            f"{listed([bar.name for bar in bars[:3]])}.",
            caption=f"What {best.name} costs in {counted(output.years, 'year')}, {output.currency}, with each figure "
            f"{share(output.swing)} lower and higher.",
            bars=bars,
            middle=float(best.total),
        )


def _paid_until(option: OptionCost) -> tuple[float, ...]:
    """Purchases at the start of their year, the rest evenly within it, and nothing of what falls due at the end."""
    leaving = sum((line.total for line in option.lines if line.kind == "end" and line.total > 0), Decimal(0))
    paid = [float(each) for each in option.opex_by_year]
    paid[-1] -= float(leaving)
    steps = [float(option.capex_by_year[0])]
    for year, running in enumerate(paid):
        steps += [running / _MONTHS] * _MONTHS
        if year + 1 < len(paid):
            steps[-1] += float(option.capex_by_year[year + 1])
    return tuple(accumulate(steps))


def _swings(option: OptionCost) -> Iterator[Bar]:
    for each in option.tornado[:_MOST_SWINGS]:
        label = between(min(each.total_low, each.total_high), max(each.total_low, each.total_high), sum_of)
        yield Bar(each.title, float(each.total_low), float(each.total_high), label)


def _remarks(output: "Output", best: OptionCost) -> Iterator[str]:
    closest = min((each.total_low for each in output.options if each is not best), default=None)
    if closest is not None and closest < best.total_high:
        yield f"The bands overlap: that {best.name} costs least is likely and not sure."
    moved = [each for each in best.tornado if each.cheapest_low or each.cheapest_high]
    if moved:
        others = {name for each in moved for name in (each.cheapest_low, each.cheapest_high) if name}
        yield (
            f"{listed(sorted(others))} may cost least where one of these is {share(output.swing)} lower or higher: "
            f"{listed([each.title for each in moved])}."
        )
    for each in output.options:
        if each.not_counted:
            names = listed([omission.title.lower() for omission in each.not_counted])
            lines = counted(len(each.not_counted), "cost line")
            yield f"{each.name}: {lines} left out ({names}). What nobody has asked about is not free."
    yield from output.remarks
    wrong = sum(not each.agrees for each in output.checks)
    if wrong:
        yield f"{number(wrong)} of {counted(len(output.checks), 'stated figure')} do not follow from what was put in."
    yield (
        f"A band holds where every figure stated for an option may be off by {share(output.swing)} by itself, the "
        "demand as stated. Lines that are not counted come on top."
    )
