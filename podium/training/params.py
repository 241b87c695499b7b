"""The `train` section of params.yaml."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from podium.foundation.params import Section
from podium.foundation.plugins import Plugins
from podium.networks.params import Head

Auto = Literal["auto"]
Keep = Literal["last", "best", "lowest_train_loss"]

LOSSES = Plugins("podium.training.losses")
# Tricks that a head of support vectors, which is solved and not trained, has no use for.
NOT_OF_SVM = (
    "layer_decay",
    "head_factor",
    "drop_path",
    "loss_options",
    "sampler",
    "mixup",
    "cutmix",
    "ema",
    "clip",
    "accumulate",
    "early_stopping",
    "keep",
    "dropout",
    "unfreeze",
    "online",
    "auto",
    "live",
    "checkpointing",
)


class Unfreezing(BaseModel):
    """From `epoch` (0 is the first) on `module` trains too, and the learning rate is times `lr_factor`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    epoch: int = Field(ge=0)
    module: str
    lr_factor: float = Field(1.0, gt=0, le=10)


class TrainParams(Section):
    """params.yaml's `train`: how a fold's network is trained."""

    section: ClassVar[str] = "train"

    epochs: int | Auto = "auto"
    batch_size: int | Auto = "auto"
    optimizer: str = "adamw"
    lr: float | Auto = "auto"
    weight_decay: float = Field(0.01, ge=0, le=1)
    layer_decay: Annotated[float, Field(gt=0, le=1)] | Auto = "auto"
    head_factor: Annotated[float, Field(gt=0, le=100)] | Auto = "auto"
    drop_path: Annotated[float, Field(ge=0, lt=1)] | Auto = "auto"
    schedule: Literal["cosine", "onecycle", "plateau", "step", "constant"] = "cosine"
    warmup_epochs: Annotated[float, Field(ge=0)] | Auto = "auto"
    loss: str = "smoothed"
    loss_options: dict[str, Any] = {}
    class_weights: bool = False
    sampler: Literal["shuffle", "balanced"] = "shuffle"
    mixup: float = Field(0.0, ge=0, le=10)
    cutmix: float = Field(0.0, ge=0, le=10)
    ema: float = Field(0.0, ge=0, lt=1)
    clip: Annotated[float, Field(ge=0)] | Auto = "auto"
    accumulate: int = Field(1, ge=1, le=1024)
    early_stopping: int = Field(0, ge=0)
    keep: Keep = "last"
    head: Head = "linear"
    start: Literal["random", "probe"] = "random"
    dropout: float = Field(0.0, ge=0, lt=1)
    unfreeze: list[Unfreezing] = []
    online: bool | Auto = "auto"
    online_policy: str = "mild"
    online_settings: dict[str, Any] = {}
    precision: Literal["auto", "32", "bf16", "16"] = "auto"
    workers: int | Auto = "auto"
    devices: int | Auto = 1
    nodes: int = Field(1, ge=1)
    strategy: str = "auto"
    auto: bool = False
    live: bool = False
    checkpointing: bool = False

    @field_validator("epochs", "batch_size")
    @classmethod
    def _at_least_one(cls, value: int | Auto) -> int | Auto:
        if value != "auto" and value < 1:
            raise ValueError("give a whole number from 1 on, or auto")
        return value

    @field_validator("workers")
    @classmethod
    def _not_negative(cls, value: int | Auto) -> int | Auto:
        if value != "auto" and value < 0:
            raise ValueError("give a whole number from 0 on, or auto")
        return value

    @field_validator("devices")
    @classmethod
    def _some_device(cls, value: int | Auto) -> int | Auto:
        if value != "auto" and value < 1:
            raise ValueError("give the number of devices from 1 on, or auto")
        return value

    @field_validator("lr")
    @classmethod
    def _proper_rate(cls, value: float | Auto) -> float | Auto:
        if value != "auto" and not 0 < value < 100:
            raise ValueError("give a learning rate above 0, or auto")
        return value

    @field_validator("loss")
    @classmethod
    def _known_loss(cls, value: str) -> str:
        known = LOSSES.names()
        if value not in known:
            raise ValueError(f"choose one of {', '.join(known)} (the files in podium/training/losses)")
        return value

    @model_validator(mode="after")
    def _agree(self) -> "TrainParams":
        if self.head == "svm" and (vain := [name for name in self.changed() if name in NOT_OF_SVM]):
            raise ValueError(
                f"head: svm is solved at once on fixed features and takes no {', '.join(vain)}: set what is "
                "named to its default, or head to linear"
            )
        if self.online is False and (vain := [name for name in self.changed() if name.startswith("online_")]):
            raise ValueError(
                f"{' and '.join(vain)}: nothing reads it while online is false: set online to true or auto"
            )
        if self.schedule in ("plateau", "onecycle") and any(step.lr_factor != 1 for step in self.unfreeze):
            raise ValueError(
                f"unfreeze: lr_factor needs schedule cosine, step or constant, not {self.schedule}"
            )
        if self.auto and self.lr != "auto":
            raise ValueError(
                f"auto: true picks the learning rate, but lr is {self.lr}: set lr to auto or auto to false"
            )
        epochs = [step.epoch for step in self.unfreeze]
        if epochs != sorted(epochs):
            raise ValueError("unfreeze: give the epochs in ascending order")
        if len({step.module for step in self.unfreeze}) != len(self.unfreeze):
            raise ValueError("unfreeze: name each module once: it joins and stays")
        return self

    def changed(self) -> list[str]:
        """The settings that are not at their default."""
        return [
            name
            for name, field in type(self).model_fields.items()
            if getattr(self, name) != field.get_default(call_default_factory=True)
        ]
