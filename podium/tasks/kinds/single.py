"""One class an image."""

from podium.tasks import rules
from podium.tasks.task import Task

TASK = Task(
    name="single",
    link="softmax",
    truth="labels",
    metric="accuracy",
    table=rules.identity_table,
    check=rules.shares,
    normalise=rules.scaled,
    decide=rules.likeliest,
    words=rules.class_words,
    strata=rules.members,
)
