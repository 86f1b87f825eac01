#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What captrim brings for clusters: the manifest, the chart, and the configuration in both. Needs no root and
# no cluster.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

[ -x "$captrim" ] || { skip all 'captrim is not built'; exit 0; }
python3 -c 'import yaml' 2>/dev/null || { skip all 'no python3-yaml'; exit 0; }
mkdir "$tmp/out"
python3 "$here/tests/lib/cluster.py" "$here/packaging/kubernetes/captrim.yaml" "$here/packaging/helm/captrim" "$tmp/out" 2>"$tmp/err" ||
	fail checked "$(tail -n 1 "$tmp/err")"
# The mounted root is the pod's.
sed -i 's|^host_root: .*|host_root: /|' "$tmp/out/captrim.yaml"
"$captrim" monitor --check-config --config "$tmp/out/captrim.yaml" >"$tmp/said" 2>&1
is configuration "$?" 0
unit=$(sed -n 's/^CapabilityBoundingSet=//p' "$here/packaging/captrim-monitor.service" | tr ' ' '\n' | sed 's/^CAP_//' | sort)
pod=$(jq -r '.spec.template.spec.containers[0].securityContext.capabilities.add[]' "$tmp/out/DaemonSet.manifest" | sort)
is as-the-unit "$pod" "$unit"
version=$("$captrim" --version | sed -n '1s/captrim //p')
is image-of-this-version "$(jq -r '.spec.template.spec.containers[0].image' "$tmp/out/DaemonSet.manifest")" "captrim:$version"
is chart-of-this-version "$(sed -n 's/^\(appVersion\|version\): //p' "$here/packaging/helm/captrim/Chart.yaml" | sort -u)" "$version"

models=${KUBERNETES:-/usr/lib/python3/dist-packages/kubernetes/client/models}
if [ -d "$models" ]; then
	python3 "$here/tests/lib/kubernetes.py" "$tmp/out" "$models" | sed 's|schema/|cluster/|'
else
	skip kubernetes-api "no $models (python3-kubernetes; scripts/test-tools)"
fi
