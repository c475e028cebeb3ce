#!/usr/bin/env bash
# Fails, with a list, if a clip of slurm.sh is missing.
#
#SBATCH --job-name=render-check
#SBATCH --time=00:10:00
set -euo pipefail

srun "${RENDER:-./render}" -n "${CLIPS:-200}" -o clips -manifest clips.jsonl -check
