"""The keys of params.yaml that choose a network. Imports neither torch nor timm: `check` reads it."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from podium.foundation.params import Section
from podium.networks.packages import FIXED

Head = Literal["linear", "two_layer", "svm"]
PORTABLE_CUTS = ("auto", "none", "head", "last_stage", "last_two_stages")  # right for every network
PICKLES = (".pth", ".pt", ".bin", ".ckpt", ".pkl")


class NetworkParams(Section):
    """Which network, from which weights, and how much of it stays as it is."""

    section: ClassVar[str] = ""
    model: str = Field("auto", min_length=1)
    pretrained: bool | str = True
    freeze: str = "auto"
    attention: Literal["none", "se", "cbam"] = "none"

    @field_validator("model")
    @classmethod
    def _named(cls, model: str) -> str:
        if model != model.strip() or any(letter in model for letter in "/\\ "):
            raise ValueError("give auto, a timm name, tv:<a torchvision name>, or one of podium/networks/own")
        if model in FIXED:
            raise ValueError(f"{model} has nothing to train: name it in probe.networks")
        return model

    @field_validator("pretrained")
    @classmethod
    def _safe(cls, pretrained: bool | str) -> bool | str:
        if isinstance(pretrained, str) and not pretrained.endswith(".safetensors"):
            raise ValueError(
                "give true, false or the path of a .safetensors file"
                + (" (a pickle can run code when it is loaded)" if pretrained.endswith(PICKLES) else "")
            )
        return pretrained

    @model_validator(mode="after")
    def _whose_weights(self) -> "NetworkParams":
        if self.model == "auto" and isinstance(self.pretrained, str):
            raise ValueError(
                f"pretrained: {self.pretrained} is one network's, and model: auto may be another on another "
                "machine: name the network in model"
            )
        return self
