#!/usr/bin/env bash
# Makes clips on many machines of a Slurm cluster, as an array job: each task makes a part of them.
#
#	go build -o render ./examples/render
#	array=$(sbatch --parsable examples/render/slurm.sh)
#	sbatch --dependency="afterany:$array" examples/render/slurm-check.sh
#
# The program, the clips and their list lie in the folder where sbatch is called, which the machines
# have in common. The same commands make what is missing, with as many tasks as you like
# (sbatch --array=0-3 ...).
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

# The numbers of an array need not begin at 0, as in --array=5,7.
if [ "${SLURM_ARRAY_TASK_MIN:-0}" != 0 ] || [ "$SLURM_ARRAY_TASK_MAX" != $((SLURM_ARRAY_TASK_COUNT - 1)) ]; then
	echo "number the tasks from 0, without gaps: sbatch --array=0-$((SLURM_ARRAY_TASK_COUNT - 1))" >&2
	exit 2
fi

# After SIGINT, 30 seconds before the time is up, the program stops cleanly. What is complete stays.
srun "${RENDER:-./render}" -n "${CLIPS:-200}" -o clips -manifest clips.jsonl \
	-workers "$SLURM_CPUS_PER_TASK" -shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
