"""ensemble: members vote on test images, and the vote is scored as nested cross-validation sees it."""

from podium import diversity, ensemble, experiments, external, run
from podium.contracts import competition, folds, images, metrics, predictions
from podium.entry import run as run_stage
from podium.files import write_json
from podium.metrics import registry, report
from podium.params import load
from podium.voters import EnsembleParams


def submission_ids() -> dict[str, str]:
    """What the submission calls an image -> its image_id."""
    rows = images.IMAGES.read(images.PATH).dropna(subset="submission_id")
    return dict(zip(rows["submission_id"], rows["image_id"], strict=True))


def main() -> None:
    """Reads predictions, votes, writes data/ensemble/ and reports/metrics.json."""
    params = load(EnsembleParams)
    seed = load(run.Seed).seed
    found = competition.read()
    metric = registry.get(found.metric)
    split = folds.FOLDS.read(folds.PATH)
    declared = run.folds_to_run(load(run.Folds).folds, folds.present(split), load(run.Profile).profile)

    own = experiments.read("this run", declared, split, len(found.classes), predictions.FOLDER)
    members = [own] if params.own else []
    members += [experiments.of_revision(revision, split, found.classes) for revision in params.experiments]
    members += [external.read(one, own, split, found, submission_ids()) for one in params.external]
    pool = experiments.pool(members, split)
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
