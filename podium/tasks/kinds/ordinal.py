"""One of ordered grades an image. What is predicted are the grades' probabilities, as for classes.

Their order counts in the loss, in cut points of the expected grade and in the metric.
"""

from podium.tasks import rules
from podium.tasks.task import Task

TASK = Task(
    name="ordinal",
    link="softmax",
    truth="labels",
    metric="quadratic_kappa",
    table=rules.identity_table,
    check=rules.shares,
    normalise=rules.scaled,
    decide=rules.likeliest,
    words=rules.class_words,
    strata=rules.members,
)
