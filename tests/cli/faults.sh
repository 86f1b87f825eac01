#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A few of the faults of tests/faults/run, which "make faults" tries by the hundred. Needs no root.
here=$(cd "$(dirname "$0")/../.." && pwd)
[ -x "${CAPTRIM:-$here/captrim}" ] || { echo 'SKIP faults/all: captrim is not built'; exit 0; }
exec "$here/tests/faults/run" --runs 8 --no-live "${CAPTRIM:-$here/captrim}"
