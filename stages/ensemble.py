"""ensemble: members vote on test images, and the vote is scored as nested cross-validation sees it."""

from podium import diversity, ensemble, experiments, run
from podium.contracts import competition, folds, metrics, predictions
from podium.entry import run as run_stage
from podium.files import write_json
from podium.members import gather
from podium.metrics import registry, report
from podium.params import load
from podium.voters import EnsembleParams


def main() -> None:
    """Reads predictions, votes, writes data/ensemble/ and reports/metrics.json."""
    params = load(EnsembleParams)
    seed = load(run.Seed).seed
    found = competition.read()
    metric = registry.get(found.metric)
    split = folds.FOLDS.read(folds.PATH)
    declared = run.folds_to_run(load(run.Folds).folds, folds.present(split), load(run.Profile).profile)

    pool = gather(params, found, split, declared)
    vote = ensemble.vote(pool, params, metric, seed)

    predictions.write(pool.ids, vote.oof, predictions.ENSEMBLE / "oof.parquet")
    predictions.write(pool.test_ids, vote.test, predictions.ENSEMBLE / "test.parquet")
    write_json(predictions.ENSEMBLE / "table.json", ensemble.table(vote, pool, metric))
    diversity.write(pool, predictions.ENSEMBLE / "diversity.csv")
    hold_out = experiments.hold_out(split, pool.test_ids)
    metrics.write(
        report.cross_validation(metric, pool.labels, vote.oof, pool.home, pool.groups, seed)
        | report.held_out(metric, hold_out.labels, vote.test[hold_out.rows], hold_out.groups, seed)
        | {"voter": vote.chosen.name, "members": len(pool.names), "voted": ", ".join(pool.names)}
        | report.facts()
    )
    print(*ensemble.sentences(vote, pool, metric), sep="\n")


if __name__ == "__main__":
    run_stage(main)
