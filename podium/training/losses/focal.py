"""Focal loss: what the network already gets right counts less."""

from torch import Tensor
from torch.nn import functional


def softmax(logits: Tensor, targets: Tensor, gamma: float = 2.0) -> Tensor:
    """-sum_j t_j (1 - p_j)^gamma log p_j of each row, (n,); gamma 0 is cross-entropy. Lin et al. 2017."""
    log_probs = functional.log_softmax(logits, dim=1)
    return -(targets * (1 - log_probs.exp()) ** gamma * log_probs).sum(1)


def sigmoid(logits: Tensor, targets: Tensor, gamma: float = 2.0) -> Tensor:
    """The same of each label and of its absence, the mean over labels, (n,)."""
    yes, no = functional.logsigmoid(logits), functional.logsigmoid(-logits)
    have = targets * no.exp() ** gamma * yes
    lack = (1 - targets) * yes.exp() ** gamma * no
    return -(have + lack).mean(1)
