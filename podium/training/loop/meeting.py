"""How one machine's processes find each other: over a file, which no other program can take."""

import os
import tempfile

import torch.distributed
from lightning.fabric.plugins.environments.lightning import LightningEnvironment
from lightning.pytorch.strategies import DDPStrategy

NAME = "PODIUM_MEETING"  # the file, as the processes that this one starts inherit it


def strategy(name: str, devices: int, nodes: int) -> str | DDPStrategy:
    """Lightning's strategy `name`; its data-parallel one meets over a file where one machine trains alone."""
    return OverFile() if name in ("auto", "ddp") and devices > 1 == nodes else name


class OverFile(DDPStrategy):
    """Lightning asks for a free port and closes it before the processes meet there: another may listen first.

    Where somebody else starts the processes (torchrun, SLURM), they meet where that one says.
    """

    def __init__(self) -> None:
        super().__init__()
        if "LOCAL_RANK" not in os.environ:
            self._folder = tempfile.TemporaryDirectory(prefix="podium-")
            os.environ[NAME] = os.path.join(self._folder.name, "processes")

    def setup_distributed(self) -> None:
        self.set_world_ranks()
        file = os.environ.get(NAME)
        ours = type(self.cluster_environment) is LightningEnvironment
        if file and ours and not torch.distributed.is_initialized():
            on_gpu = self.root_device.type != "cpu"
            torch.distributed.init_process_group(
                self._get_process_group_backend(),
                init_method=f"file://{file}",
                rank=self.global_rank,
                world_size=self.world_size,
                device_id=self.root_device if on_gpu else None,
            )
        super().setup_distributed()
