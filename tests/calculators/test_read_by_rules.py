"""What the rules of the catalogues read of a calculator is what that calculator gives."""

import pytest

from app import library
from app.calculators import CALCULATORS, calculator, read_input
from tests.calculators.given import GIVEN


def read_names() -> list[str]:
    """The names of calculators' figures that some catalogue has a metric for."""
    catalogues = [library.catalogue(*each) for each in library.available()]
    metrics = [metric for each in catalogues for metric in each.metrics.values()]
    names = {name for metric in metrics for name in metric.names if name.partition(".")[0] in CALCULATORS}
    return sorted(names)


def test_some_are_read() -> None:
    assert len(read_names()) > 5


@pytest.mark.parametrize("name", read_names())
def test_a_figure_that_rules_read_is_given(name: str) -> None:
    which = name.partition(".")[0]
    output = calculator(which).calculate(read_input(which, GIVEN[which]))
    assert name in {finding.metric for finding in output.findings()}
