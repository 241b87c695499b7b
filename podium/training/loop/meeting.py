"""How one machine's processes find each other: over a file, which no other program can take."""

import os
import tempfile

import torch.distributed
from lightning.fabric.plugins.environments.lightning import LightningEnvironment
from lightning.fabric.plugins.environments.torchelastic import TorchElasticEnvironment
from lightning.pytorch.strategies import DDPStrategy

from podium.foundation.errors import UserError

NAME = "PODIUM_MEETING"  # the file, as the processes that this one starts inherit it


def strategy(name: str, devices: int, nodes: int) -> str | DDPStrategy:
    """Lightning's strategy `name`; its data-parallel one meets over a file where one machine trains alone.

    Raises UserError where SLURM gave the job another number of nodes than train.nodes says.
    """
    given = os.environ.get("SLURM_NNODES")
    if nodes > 1 and given and given != str(nodes):
        raise UserError(
            f"train.nodes is {nodes}, but this SLURM job has {given}: start the fold with `srun --nodes "
            f"{nodes} --ntasks-per-node {devices}`, or set train.nodes to {given} (`make train` needs 1)."
        )
    return OverFile() if name in ("auto", "ddp") and devices > 1 == nodes else name


class OverFile(DDPStrategy):
    """Lightning asks for a free port and closes it before the processes meet there: another may listen first.

    Where somebody else starts the processes (torchrun, SLURM), they meet where that one says.
    """

    def __init__(self) -> None:
        # a SLURM job of one task (a Dask worker's) starts none of the others: Lightning would train with one
        alone = os.environ.get("SLURM_NTASKS") == "1" and not TorchElasticEnvironment.detect()
        super().__init__(cluster_environment=LightningEnvironment() if alone else None)
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
