#!/bin/sh
# Tags a folder and hands it to Label Studio: import label-studio/tasks.json into a project that has
# label-studio/label_config.xml as its labelling interface (docs/exports.md).
set -eu
facetag /srv/photos -o /srv/faces --allow-failed --no-progress
facetag export /srv/faces --to label-studio -o /srv/label-studio --image-prefix '/data/local-files/?d=photos/'
