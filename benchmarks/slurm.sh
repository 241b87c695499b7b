#!/usr/bin/env bash
# make train over a real SLURM, then one fold over two of its nodes, each beside one process on this machine.
#   SLURM_CONF=/path/slurm.conf benchmarks/slurm.sh PROJECT     PROJECT: a clone on the cluster's shared disk whose
# first run has ended (make start). Two folds train, seed and scratch store are new: nothing comes from a cache.
# MASTER_ADDR is for nodes whose names nobody resolves. What it gave: results/slurm.md.
set -euo pipefail
cd "${1:?a project whose first run has ended}"
new=$(mktemp -d)
export PODIUM_CACHE=$new/one MASTER_ADDR=${MASTER_ADDR:-127.0.0.1} SEED=${SEED:-$RANDOM}
digests() { sha256sum models/fold*/model.safetensors; }
set_params() { python - "$@" <<'P'
import sys
from pathlib import Path
from dvc.utils.hydra import apply_overrides
apply_overrides(Path("params.yaml"), sys.argv[1:])
P
}
set_params seed="$SEED" "folds=[0,1]" threads=1
cat >"$new/cluster.yaml" <<Y
kind: slurm
cores: 1
memory: 2GB
walltime: "00:20:00"
interface: lo
log_directory: $new/log
job_script_prologue: [export PODIUM_CACHE=$new/nodes]
Y
echo "== make train over SLURM, two jobs"
time python -m stages.train_folds --cluster "$new/cluster.yaml" --jobs 2
digests | tee "$new/slurm.txt"
echo "== the same folds on this machine"
time dvc repro --quiet --force --single-item train@0 train@1
digests | tee "$new/here.txt"
cmp "$new/slurm.txt" "$new/here.txt" && echo "the same bits"
echo "== fold 0 over two nodes, and over one process"
one=$(tail -n 1 models/fold0/history.csv)
set_params train.nodes=2
export PODIUM_CACHE=$new/two
time srun --nodes 2 --ntasks-per-node 1 --job-name fold python -m stages.train 0
dvc commit --quiet --force train@0
printf '%s\n' "$(head -n 1 models/fold0/history.csv)" "one process: $one" "two nodes:   $(tail -n 1 models/fold0/history.csv)"
dvc status train@0
set_params train.nodes=1
