#!/usr/bin/env bash
# Makes clips, or a film, on many machines of a Slurm cluster, as an array job: each task makes a part.
# Its arguments are those of the program beside it. The program and its files lie in a folder that
# the machines have in common, in which sbatch is called.
#
#	go build -o render ./examples/render
#	clips='-n 200 -o clips -manifest clips.jsonl'
#	array=$(sbatch --parsable examples/render/slurm.sh $clips)
#	sbatch --dependency="afterany:$array" --wrap="srun ./render $clips -check"
#
#	film='-film -length 10m -o planets.webm'
#	array=$(sbatch --parsable examples/render/slurm.sh $film)
#	sbatch --dependency="afterok:$array" --kill-on-invalid-dep=yes --wrap="srun ./render $film -join"
#
# If tasks have failed, or time was up, the same commands make what is missing, with as many tasks as
# you like (sbatch --array=0-3 ...).
#
#SBATCH --job-name=render
#SBATCH --array=0-9
#SBATCH --cpus-per-task=8
#SBATCH --mem-per-cpu=512M
#SBATCH --time=01:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=INT@30
set -euo pipefail

# Some tasks alone, as in --array=5,7, would be taken for all parts.
if [ "$SLURM_ARRAY_TASK_MIN" != 0 ] || [ "$SLURM_ARRAY_TASK_MAX" != $((SLURM_ARRAY_TASK_COUNT - 1)) ]; then
	echo "number the tasks from 0, without gaps: sbatch --array=0-$((SLURM_ARRAY_TASK_COUNT - 1))" >&2
	exit 2
fi

# After SIGINT, 30 seconds before the time is up, the program stops by itself. What is complete stays.
srun ./render "$@" -workers "$SLURM_CPUS_PER_TASK" -shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
