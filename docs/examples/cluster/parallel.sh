#!/bin/sh
# Tags /srv/photos in 200 shares on the hosts of a file, `2/user@host` a line (2 shares at once there), and merges them.
# They have facetag on their path and see /srv under the same name. Run it again after whatever went wrong: what is done is
# skipped, by parallel share by share, by facetag picture by picture.
set -u
hosts=${1:-hosts}
parallel --sshloginfile "$hosts" --joblog shares.log --resume-failed --retries 3 \
  facetag /srv/photos -o /srv/shares/out-{} --shard {}/200 --allow-failed --no-progress ::: $(seq 200)
facetag merge --of 200 /srv/shares/out-* -o /srv/faces
