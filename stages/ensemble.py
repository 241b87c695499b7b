"""ensemble: members vote on test images, and the vote is scored as nested cross-validation sees it."""

from podium.contracts import clean, competition, duplicates, facts, folds, metrics, predictions, rows
from podium.duplicates import answers
from podium.duplicates.params import LeakParams
from podium.foundation import run
from podium.foundation.entry import run as run_stage
from podium.foundation.files import write_json, write_text
from podium.foundation.params import load
from podium.metrics import registry
from podium.selection.params import EffortParams
from podium.vote import diversity, ensemble, refitting, scores
from podium.vote.params import EnsembleParams
from podium.vote.preparing import published


def main() -> None:
    """Reads predictions, votes, writes data/ensemble/ and reports/metrics.json."""
    params = load(EnsembleParams)
    seed, leak = load(run.Seed).seed, load(LeakParams).use_test_duplicates
    found = competition.read()
    metric = registry.of(found)
    split = folds.FOLDS.read(folds.PATH)

    company = rows.read()
    ready = published(params, found, split, ran=False)
    pool = ready.pool
    vote = ensemble.vote(pool, params, metric, seed)
    twins = duplicates.DUPLICATES.read(duplicates.PATH)
    known = answers.find(clean.read(), twins, found.answers, found.kind, leak)
    answered = answers.answer(pool.test_ids, vote.test, known)
    test = answered.probs if leak else vote.test
    told = answers.facts(answered, leak)

    predictions.write(pool.ids, vote.oof, predictions.ENSEMBLE / "oof.parquet", found.task)
    predictions.write(pool.test_ids, test, predictions.ENSEMBLE / "test.parquet", found.task)
    table = ensemble.table(vote, pool, metric) | {"asked": params.model_dump(mode="json")}
    write_json(predictions.ENSEMBLE / "table.json", table)
    diversity.write(pool, predictions.ENSEMBLE / "diversity.csv")
    write_text(predictions.ENSEMBLE / "test_duplicates.csv", answered.csv(found.classes))
    facts.write(facts.Facts, told, predictions.ENSEMBLE)
    effort = load(EffortParams).effort
    metrics.write(scores.scores(vote, pool, found, split, company, effort, params.own, seed))
    metrics.write(scores.details(vote, pool, found), metrics.DETAILS)
    metrics.keep(predictions.ENSEMBLE)
    said = [*ready.said, *ensemble.sentences(vote, pool, metric), *refitting.sentences(pool)]
    print(*said, *told["sentences"], sep="\n")


if __name__ == "__main__":
    run_stage(main)
