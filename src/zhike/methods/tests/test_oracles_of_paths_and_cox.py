"""Path models beside plspm and Cox beside lifelines, on data nobody published: recorded outputs, the data made anew."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from zhike.methods.benches.lifetime import answers, path_model
from zhike.methods.survival import cox

HERE = Path(__file__).parent
RECORD = json.loads((HERE / "oracle_paths_and_cox.json").read_text())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_against_plspm_on_simulated_answers(seed: int) -> None:
    record, model = RECORD["plspm"][str(seed)], path_model().fit(answers(300, seed))
    found = {f"{start}>{end}": value for (start, end), value in model.paths_.items()}
    assert found == pytest.approx(record["paths"], abs=1e-8)
    assert model.r2_ == pytest.approx(record["r2"], abs=1e-8) and model.ave_ == pytest.approx(record["ave"], abs=1e-8)


@pytest.mark.parametrize("seed", [1, 2])
def test_against_lifelines_on_resampled_convicts(seed: int) -> None:
    rossi = np.genfromtxt(HERE / "rossi.csv", delimiter=",", skip_header=2)
    rows = rossi[np.random.default_rng(seed).integers(0, 432, 432)]
    record, model = RECORD["cox"][str(seed)], cox(rows[:, 2:], rows[:, 0], rows[:, 1])
    # lifelines stops a little below the top; ours may stand higher, never lower.
    assert model.coefficients == pytest.approx(record["coefficients"], abs=5e-5)
    assert model.standard_errors == pytest.approx(record["errors"], abs=5e-5)
    assert record["log_likelihood"] - 1e-9 <= model.log_likelihood == pytest.approx(record["log_likelihood"], abs=1e-6)
    assert model.concordance == pytest.approx(record["concordance"], abs=1e-9)
