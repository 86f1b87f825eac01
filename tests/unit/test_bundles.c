/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose container it is, by what runtimes keep: hosts below tests/data/hosts, with bundles as
 * containerd, CRI-O and Podman wrote them, and forged ones.
 */
#include "base/host_root.h"
#include "base/util.h"
#include "model/identity.h"
#include "runtime/oci.h"
#include "runtime/pod_notes.h"
#include "runtime/runtime.h"
#include "unit.h"

#define POD(a, b, c, d, e)                                                                    \
	"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" a "_" b "_" c "_" d \
	"_" e ".slice/"
#define A3SLICE	 POD("44e4b37f", "504f", "4f1c", "80f3", "4137bfbec5e4")
#define SEG	 POD("aaaa2b4a", "f398", "41c0", "928b", "049e1cc4ec40")
#define WEB	 POD("0a1b2c3d", "1111", "2222", "3333", "444455556666")
#define X63(c)	 X16(c) X16(c) X16(c) c c c c c c c c c c c c c c c
#define X16(c)	 c c c c c c c c c c c c c c c c
#define X64(c)	 X16(c) X16(c) X16(c) X16(c)
#define A2	 "7d6ad449ae76b3166d44ccb50db26fca776353225381820a16dbad3dbbe5861b"
#define A3	 "3eff2d8d3a4f3d3c0d1c4d4737c21b397bf7cbf77fd8a0fe370f6a59129cd535"
#define A3C	 "f3a240d625b1e97b859e29f81360fd79538021c46eaafb325dc0fa195c8e4b6a"
#define A4	 "6121dfaca1a7eb0ba2dfd873391985d7598d13da7fb38d3c7f1c99fa76135a30"
#define A5	 "c1ed727676f3ac5c652b706e4576d1ff7680dfb3fd2dc60cfd9cc87cca6d7e01"
#define A6	 "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e"
#define A7	 "cb0b47276ea66ee9f44cc53afa94d7980b57a52c3f306f68cb034e58d9fbd3c6"
#define B1	 "49ecc282021562c567a8159ef424a06cdd8637efdca5953de9794eafe29adcad"
#define B1S	 "1f04600dc6949359da68eee5fe7c4069706a567c07d1ef89fe3bbfdeac7a6dca"
#define B3	 "134b58ab2e0cfd7432a9db818b1b4ec52fdc747333f0ba2c9342860dc2ea7c50"
#define GVS	 "5639be67535564ae94c92df6f4e6327151706cb5d115c5a48c29613b09f3e52b"
#define GVC	 "9c1f0b7e5d3a48269b7f1e0c2d4a6b8897f5e3d1c2b4a69788f0e1d2c3b4a596"
#define LIBPOD	 "696684340ef09f0c725c693f2e493b0f25c2dbdb8811149acdd008b9a207b726"
#define CRI(id)	 "cri-containerd-" id ".scope"
#define CRIO(id) "crio-" id ".scope"

static const struct {
	const char *host, *cgroup, *name, *owner, *key;
	enum ct_runtime runtime;
	const char *image;
} bundles[] = {
	/* containerd: A1 to A7 */
	{ "containerd", POD("25fae09f", "aef9", "4b5a", "950f", "80ea16cf5e1e") CRI(A2),
	  "default/nginx/nginx", "Pod/nginx ?", "kubernetes:default/nginx/nginx", CT_RT_CONTAINERD,
	  "docker.io/library/nginx:latest" },
	{ "containerd", A3SLICE CRI(A3), "kube-system/coredns-5d78c9869d-79bfv/POD",
	  "Deployment/coredns ?", "kubernetes:kube-system/coredns/POD", CT_RT_CONTAINERD, NULL },
	{ "containerd", A3SLICE CRI(A3C), "kube-system/coredns-5d78c9869d-79bfv/coredns",
	  "Deployment/coredns ?", "kubernetes:kube-system/coredns/coredns", CT_RT_CONTAINERD,
	  "registry.k8s.io/coredns/coredns:v1.10.1" },
	{ "containerd", POD("a5f9b6bf", "6094", "49e8", "be66", "9f6e55cafe4f") CRI(A4),
	  "kube-system/otel-collector-logs-system-hscg9/POD",
	  "Controller/otel-collector-logs-system ?",
	  "kubernetes:kube-system/otel-collector-logs-system/POD", CT_RT_CONTAINERD, NULL },
	{ "containerd", POD("88c00a72", "09fa", "4f0b", "b2e7", "185fcaff3b0d") CRI(A5),
	  "bpfman/bpfman-daemon-hf5gv/bpfman-agent", "Controller/bpfman-daemon ?",
	  "kubernetes:bpfman/bpfman-daemon/bpfman-agent", CT_RT_CONTAINERD,
	  "quay.io/bpfman/bpfman-agent:latest" },
	{ "containerd", "/k8s.io/" A6, "default/nginx-sandbox/busybox", "Pod/nginx-sandbox ?",
	  "kubernetes:default/nginx-sandbox/busybox", CT_RT_CONTAINERD,
	  "docker.io/library/busybox:1" },
	{ "containerd", POD("de7c6a0c", "79c0", "44dc", "a099", "69bb39f180af") CRI(A7),
	  "default/coco-pod/coco-container", "Pod/coco-pod ?",
	  "kubernetes:default/coco-pod/coco-container", CT_RT_KATA,
	  "quay.io/kata-containers/confidential-containers:unsigned" },
	/* an init and an ephemeral container, a static pod */
	{ "containerd", WEB CRI(X64("a")), "prod/web-7d4b9c6f5d-x7k2p/init-db", "Deployment/web ?",
	  "kubernetes:prod/web/init-db", CT_RT_CONTAINERD, "i" },
	{ "containerd", WEB CRI(X64("c")), "prod/web-7d4b9c6f5d-x7k2p/debugger-x2x9z",
	  "Deployment/web ?", "kubernetes:prod/web/debugger-x2x9z", CT_RT_CONTAINERD, "i" },
	{ "containerd", "/kubepods/burstable/pod73966cc857eb92e32c0d6cf9f97a19a4/" X64("d"),
	  "kube-system/kube-apiserver-node-1/kube-apiserver", "StaticPod/kube-apiserver",
	  "kubernetes:kube-system/kube-apiserver/kube-apiserver", CT_RT_CONTAINERD, "i" },
	/* k3s, microk8s, k0s */
	{ "containerd", "/kubepods/burstable/pod11111111-2222-3333-4444-555555555555/" X64("2"),
	  "kube-system/traefik-7d5f6474df-bcdfg/traefik", "Deployment/traefik ?",
	  "kubernetes:kube-system/traefik/traefik", CT_RT_CONTAINERD,
	  "rancher/mirrored-library-traefik:2.9" },
	{ "containerd", "/kubepods/burstable/pod11111111-2222-3333-4444-666666666666/" X64("4"),
	  "kube-system/hostpath-provisioner-0/hostpath", "StatefulSet/hostpath-provisioner ?",
	  "kubernetes:kube-system/hostpath-provisioner/hostpath", CT_RT_CONTAINERD, "i" },
	{ "containerd", "/kubepods/burstable/pod11111111-2222-3333-4444-777777777777/" X64("7"),
	  "batch/nightly-28391040-q4xjz/report", "CronJob/nightly ?",
	  "kubernetes:batch/nightly/report", CT_RT_CONTAINERD, "i" },
	/* a sidecar, a container that is called as another's id is, a pod whose manifest has its
	 * uid, with the same and with another one in the cgroup's path */
	{ "containerd", WEB CRI(X63("6") "1"), "prod/web-7d4b9c6f5d-x7k2p/istio-proxy",
	  "Deployment/web ?", "kubernetes:prod/web/istio-proxy", CT_RT_CONTAINERD, "i" },
	{ "containerd", WEB CRI(X63("6") "2"), "prod/web-7d4b9c6f5d-x7k2p/" A2, "Deployment/web ?",
	  "kubernetes:prod/web/" A2, CT_RT_CONTAINERD, "i" },
	{ "containerd", "/kubepods/burstable/podmy-static-uid/" X63("6") "3",
	  "kube-system/etcd-node-1/etcd", "StaticPod/etcd", "kubernetes:kube-system/etcd/etcd",
	  CT_RT_CONTAINERD, "i" },
	{ "containerd", "/kubepods/burstable/podmy-static-uid/" X63("6") "4", NULL, NULL, "image:i",
	  CT_RT_CONTAINERD, "i" },
	/* no name of the container, names other than strings, no uid, annotations in a list */
	{ "containerd", WEB CRI(X63("6") "5"), NULL, NULL, "image:i", CT_RT_CONTAINERD, "i" },
	{ "containerd", WEB CRI(X63("6") "6"), NULL, NULL, "image:i", CT_RT_CONTAINERD, "i" },
	{ "containerd", WEB CRI(X63("6") "7"), "prod/web-7d4b9c6f5d-x7k2p/app", "Deployment/web ?",
	  "kubernetes:prod/web/app", CT_RT_CONTAINERD, "i" },
	{ "containerd", WEB CRI(X63("6") "8"), NULL, NULL, "container:" X63("6") "8",
	  CT_RT_CONTAINERD, NULL },
	/* names of 64 KiB, with another line, with a terminal's escape */
	{ "containerd", WEB CRI(X63("6") "9"), NULL, NULL, "image:i", CT_RT_CONTAINERD, "i" },
	{ "containerd", WEB CRI(X63("6") "a"), NULL, NULL, "image:i", CT_RT_CONTAINERD, "i" },
	{ "containerd", WEB CRI(X63("6") "b"), NULL, NULL, "image:i", CT_RT_CONTAINERD, "i" },
	/* a job's pod with an index, a StatefulSet whose own name ends in a number */
	{ "containerd", WEB CRI(X63("6") "c"), "ml/fit-3-x2b9q/train", "Controller/fit ?",
	  "kubernetes:ml/fit/train", CT_RT_CONTAINERD, "i" },
	{ "containerd", WEB CRI(X63("6") "d"), "data/pg-17-0/db", "StatefulSet/pg-17 ?",
	  "kubernetes:data/pg-17/db", CT_RT_CONTAINERD, "i" },
	/* Another pod's uid; names that are none: only the image is told. */
	{ "containerd", POD("00000000", "0000", "0000", "0000", "000000000001") CRI(X63("5") "a"),
	  NULL, NULL, "image:i", CT_RT_CONTAINERD, "i" },
	{ "containerd", A3SLICE CRI(X63("5") "b"), NULL, NULL, "image:i", CT_RT_CONTAINERD, "i" },
	{ "containerd", A3SLICE CRI(X63("5") "c"), NULL, NULL, "image:i", CT_RT_CONTAINERD, "i" },
	/* without Kubernetes: the same name in two namespaces, and Docker's */
	{ "containerd", "/default/redis", NULL, NULL, "name@containerd:redis", CT_RT_CONTAINERD,
	  NULL },
	{ "containerd", "/ci/redis", NULL, NULL, "name@containerd:ci/redis", CT_RT_CONTAINERD,
	  NULL },
	/* nerdctl's labels; in a pod they could be anybody's */
	{ "containerd", "/ci/" X63("b") "7", "ci:shop-db", NULL, "name@containerd:ci:shop-db",
	  CT_RT_CONTAINERD, NULL },
	{ "containerd",
	  "/kubepods/besteffort/pod00000000-0000-0000-0000-000000000001/" X63("b") "8", NULL, NULL,
	  "container:" X63("b") "8", CT_RT_CONTAINERD, NULL },
	{ "containerd", "/docker/" X64("f"), NULL, NULL, "container:" X64("f"), CT_RT_DOCKER,
	  NULL },
	/* nerdctl's labels with what no name has; what dockerd keeps, but for Compose's labels */
	{ "containerd", "/ci/" X63("6") "e", NULL, NULL, "container:" X63("6") "e",
	  CT_RT_CONTAINERD, NULL },
	{ "containerd", "/docker/" X63("6") "f", "shop-db-1", NULL, "name:shop-db-1", CT_RT_DOCKER,
	  "postgres:16" },
	/* Bottlerocket's host containers, and Docker without root */
	{ "containerd", "/default/admin", NULL, NULL, "name@containerd:admin", CT_RT_CONTAINERD,
	  "i" },
	{ "containerd",
	  "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" X63("b") "d.scope",
	  NULL, NULL, "image@1000:i", CT_RT_DOCKER, "i" },
	/* by the kubelet's links alone; a link that tells of another pod */
	{ "containerd", "/kubepods/burstable/pod99999999-2222-3333-4444-888888888888/" X64("8"),
	  "shop/api-6b7c8d9f5b-zx2k4/api", "Deployment/api ?", "kubernetes:shop/api/api",
	  CT_RT_CONTAINERD, NULL },
	{ "containerd", "/kubepods/burstable/pod99999999-2222-3333-4444-888888888889/" X64("8"),
	  NULL, NULL, "container:" X64("8"), CT_RT_CONTAINERD, NULL },
	{ "containerd", "/kubepods/burstable/pod99999999-2222-3333-4444-888888888888/" X64("9"),
	  NULL, NULL, "container:" X64("9"), CT_RT_CONTAINERD, NULL },
	/* CRI-O: B1 to B5 */
	{ "crio", "/pod_123.slice/pod_123-456.slice/" CRIO(B1),
	  "redhat.test.crio/podsandbox1/podsandbox1-redis", "Pod/podsandbox1",
	  "kubernetes:redhat.test.crio/podsandbox1/podsandbox1-redis", CT_RT_CRIO,
	  "quay.io/crio/redis:alpine" },
	{ "crio", "/pod_123.slice/pod_123-456.slice/" CRIO(B1S), NULL, NULL, "container:" B1S,
	  CT_RT_CRIO, NULL },
	{ "crio", SEG CRIO(B3), "default/segfaulter/POD", "Pod/segfaulter ?",
	  "kubernetes:default/segfaulter/POD", CT_RT_CRIO, NULL },
	{ "crio", POD("0f0e0d0c", "1111", "4222", "8333", "444455556666") CRIO(X63("c") "2"),
	  "web/http-7f8c9d6b5-lk2jx/httpd", "Deployment/http", "kubernetes:web/http/httpd",
	  CT_RT_CRIO, "quay.io/httpd:2" },
	{ "crio", "/kubepods/burstable/pod0f0e0d0c-1111-4222-8333-444455556666/crio-" X63("d") "5",
	  "kube-system/kube-dns-6d4bz/dnsmasq", "Controller/kube-dns ?",
	  "kubernetes:kube-system/kube-dns/dnsmasq", CT_RT_CRIO, NULL },
	/* CRI-O's new names alone; another's container with CRI-O's annotations */
	{ "crio", WEB CRIO(X63("6") "1"), "prod/web-7d4b9c6f5d-x7k2p/app", "Deployment/web ?",
	  "kubernetes:prod/web/app", CT_RT_CRIO, NULL },
	{ "crio", WEB CRIO(X63("6") "2"), NULL, NULL, "container:" X63("6") "2", CT_RT_CRIO, NULL },
	/* Forged: what CRI-O wrote was overwritten, the labels were not; no labels; another pod's.
	 */
	{ "crio", SEG CRIO(X63("e") "1"), "default/segfaulter/POD", "Pod/segfaulter ?",
	  "kubernetes:default/segfaulter/POD", CT_RT_CRIO, NULL },
	{ "crio", SEG CRIO(X63("e") "2"), NULL, NULL, "container:" X63("e") "2", CT_RT_CRIO, NULL },
	{ "crio", SEG CRIO(X63("e") "3"), NULL, NULL, "container:" X63("e") "3", CT_RT_CRIO, NULL },
	/* gVisor: a pod's sandbox and a container in it, and one by hand */
	{ "gvisor", "/kubepods/besteffort/podd6e810b2-23b0-4e89-9f2a-a33ed4d89c2d/" GVS,
	  "default/nginx-gvisor/POD", "Pod/nginx-gvisor ?", "kubernetes:default/nginx-gvisor/POD",
	  CT_RT_GVISOR, NULL },
	{ "gvisor", "/kubepods/besteffort/podd6e810b2-23b0-4e89-9f2a-a33ed4d89c2d/" GVC,
	  "default/nginx-gvisor/nginx", "Pod/nginx-gvisor ?",
	  "kubernetes:default/nginx-gvisor/nginx", CT_RT_GVISOR, "docker.io/library/nginx:latest" },
	{ "gvisor", "/mybox", NULL, NULL, "name@gvisor:mybox", CT_RT_GVISOR, NULL },
	/*
	 * An exam: EKS, containerd before 1.4 by its log directory (a sandbox, a container, another
	 * pod's), a user's Podman, nerdctl, Kata, words of CRI-O's in a pod of containerd's, names
	 * as long as may be, cri-dockerd without the engine (a pod, and one that is only called
	 * so), OpenShift, RKE2, crun by hand, no annotations
	 */
	{ "exam",
	  "/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod0c6b9b53_bd0a_4a4b_8f0e_3a8bb9d7c1e2.slice/"
	  "cri-containerd-6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b.scope",
	  "kube-system/aws-node-x7k2p/aws-node", "Controller/aws-node ?",
	  "kubernetes:kube-system/aws-node/aws-node", CT_RT_CONTAINERD,
	  "602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni:v1.12.6" },
	{ "exam",
	  "/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod0c6b9b53_bd0a_4a4b_8f0e_3a8bb9d7c1e2.slice/"
	  "cri-containerd-b2239ae33d9bc5614aeb2e439e5032b1fe77c32f7080d3211c1d03f1b17ffcf6.scope",
	  "kube-system/coredns-5d78c9869d-79bfv/POD", "Deployment/coredns ?",
	  "kubernetes:kube-system/coredns/POD", CT_RT_CONTAINERD, NULL },
	{ "exam",
	  "/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod0c6b9b53_bd0a_4a4b_8f0e_3a8bb9d7c1e2.slice/"
	  "cri-containerd-ecc2853c85e37f5544d87b8c8322b33bcb8986bf36e480d404da04bc221adb04.scope",
	  "kube-system/coredns-5d78c9869d-79bfv/coredns", "Deployment/coredns ?",
	  "kubernetes:kube-system/coredns/coredns", CT_RT_CONTAINERD, NULL },
	{ "exam",
	  "/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod0c6b9b53_bd0a_4a4b_8f0e_3a8bb9d7c1e2.slice/"
	  "cri-containerd-4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce.scope",
	  NULL, NULL, "container:4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce",
	  CT_RT_CONTAINERD, NULL },
	{ "exam",
	  "/user.slice/user-1001.slice/user@1001.service/user.slice/"
	  "libpod-4b227777d4dd1fc61c6f884f48641d02b4d121d3fd328cb08b5531fcacdabf8a.scope/container",
	  "web", NULL, "name@podman.1001:web", CT_RT_PODMAN, "docker.io/library/nginx:1.27" },
	{ "exam", "/default/ef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d",
	  "web", NULL, "name@containerd:web", CT_RT_CONTAINERD, NULL },
	{ "exam",
	  "/system.slice/"
	  "nerdctl-e7f6c011776e8db7cd330b54174fd76f7d0216b612387a5ffcfb81e6f0919683.scope",
	  "db", NULL, "name@containerd:db", CT_RT_CONTAINERD, NULL },
	{ "exam",
	  "/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod0c6b9b53_bd0a_4a4b_8f0e_3a8bb9d7c1e2.slice/"
	  "cri-containerd-7902699be42c8a8e46fbbb4501726517e86b22c56a189f7625a6da49081b2451.scope",
	  "default/coco-pod/POD", "Pod/coco-pod ?", "kubernetes:default/coco-pod/POD", CT_RT_KATA,
	  NULL },
	{ "exam",
	  "/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod0c6b9b53_bd0a_4a4b_8f0e_3a8bb9d7c1e2.slice/"
	  "cri-containerd-2c624232cdd221771294dfbb310aca000a0df6ac8b66b696d90ef06fdefb64a3.scope",
	  "tenant/mine/evil", "Pod/mine ?", "kubernetes:tenant/mine/evil", CT_RT_CONTAINERD, NULL },
	{ "exam",
	  "/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod0c6b9b53_bd0a_4a4b_8f0e_3a8bb9d7c1e2.slice/"
	  "cri-containerd-19581e27de7ced00ff1ce50b2047e7a567c76b1cbaebabe5ef03f7c3017bb5b7.scope",
	  "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn/"
	  "pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp"
	  "pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp"
	  "ppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp-x7k2p/"
	  "ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
	  "Controller/"
	  "pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp"
	  "pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp"
	  "ppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp ?",
	  "kubernetes:nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn/"
	  "pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp"
	  "pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp"
	  "ppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp/"
	  "ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
	  CT_RT_CONTAINERD, NULL },
	{ "exam",
	  "/kubepods/burstable/pod0c6b9b53-bd0a-4a4b-8f0e-3a8bb9d7c1e2/"
	  "4a44dc15364204a80fe80e9039455cc1608281820fe2b24f1e5233ade6af1dd5",
	  "kube-system/etcd-node1/etcd", "Pod/etcd-node1 ?",
	  "kubernetes:kube-system/etcd-node1/etcd", CT_RT_DOCKER, "k8s.gcr.io/etcd:3.5" },
	{ "exam", "/docker/4fc82b26aecb47d2868c4efbe3581732a3e7cbcc6c2efb32062c08170a05eeb8",
	  "k8s_etcd_etcd-node1_kube-system_x_0", NULL, "name:k8s_etcd_etcd-node1_kube-system_x_0",
	  CT_RT_DOCKER, "k8s.gcr.io/etcd:3.5" },
	{ "exam",
	  "/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod0c6b9b53_bd0a_4a4b_8f0e_3a8bb9d7c1e2.slice/"
	  "crio-6b51d431df5d7f141cbececcf79edf3dd861c3b4069f0b11661a3eefacbba918.scope/container",
	  "openshift-ingress/router-default-6b7c8d9f5b-zx2k4/router", "Deployment/router-default",
	  "kubernetes:openshift-ingress/router-default/router", CT_RT_CRIO,
	  "quay.io/openshift-release-dev/"
	  "ocp-v4.0-art-dev@sha256:"
	  "b29814cf5792e684cd75d6a7fce7a67a11887e312f87ca2ac2496d81f365ff72" },
	{ "exam",
	  "/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod73966cc857eb92e32c0d6cf9f97a19a4.slice/"
	  "cri-containerd-3fdba35f04dc8c462986c992bcf875546257113072a909c162f7e470e581e278.scope",
	  "kube-system/etcd-server-1/etcd", "StaticPod/etcd", "kubernetes:kube-system/etcd/etcd",
	  CT_RT_CONTAINERD, "index.docker.io/rancher/hardened-etcd:v3.5.9" },
	{ "exam", "/mybox", NULL, NULL, "name:mybox", CT_RT_NONE, NULL },
	{ "exam",
	  "/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod0c6b9b53_bd0a_4a4b_8f0e_3a8bb9d7c1e2.slice/"
	  "cri-containerd-e629fa6598d732768f7c726b4b621285f9c3b85303900aa912017db7617d8bdb.scope",
	  NULL, NULL, "container:e629fa6598d732768f7c726b4b621285f9c3b85303900aa912017db7617d8bdb",
	  CT_RT_CONTAINERD, NULL },
	/* Podman's annotations look like CRI-O's. */
	{ "podman",
	  "/user.slice/user-1000.slice/user@1000.service/user.slice/"
	  "user-libpod_pod_c9e69ccc929c8fc86be192caae9e8bce1459ff7b2b04d0f0cc4a992b7a7015c1.slice/"
	  "libpod-" LIBPOD ".scope",
	  "jenkins", NULL, "name@podman.1000:jenkins", CT_RT_PODMAN,
	  "docker.io/jenkins/jenkins:lts" },
};

static void describe(struct ct_workload *w, const char *cgroup)
{
	struct ct_cgroup_name name;
	ct_autofree char *config = NULL;

	ct_runtimes__classify(cgroup, &name);
	CU_ASSERT_EQUAL(name.kind, CT_WL_CONTAINER);
	w->id = (free(w->id), ct_xstrdup(name.id));
	w->kind = name.kind;
	w->runtime = name.runtime;
	w->cgroup_path = ct_xstrdup(cgroup);
	config = ct_oci__find(name.runtime, name.id, cgroup, &w->runtime);
	if (config)
		CU_ASSERT_EQUAL(ct_oci__read(config, cgroup, w, NULL), 0);
	ct_pod_notes__from_logs(w->id, cgroup, &w->container);
}

static void test_bundles(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(bundles); i++) {
		ct_autofree char *root = ct_xasprintf("tests/data/hosts/%s", bundles[i].host);
		ct_autosession struct ct_session *s = ct_session__new();
		struct ct_workload *w = ct_session__add(s, "x");
		const struct ct_container *c = &w->container;
		ct_autofree char *owner = NULL;
		ct_autoidentity struct ct_identity id = {};

		ct_host__set_root(root);
		describe(w, bundles[i].cgroup);
		UNIT_STR(c->name, bundles[i].name);
		owner = c->owner ? ct_xasprintf("%s%s", c->owner, c->owner_guessed ? " ?" : "") :
				   NULL;
		UNIT_STR(owner, bundles[i].owner);
		CU_ASSERT_EQUAL(w->runtime, bundles[i].runtime);
		UNIT_STR(c->image, bundles[i].image);
		ct_identity__of(w, &id);
		UNIT_STR(id.key, bundles[i].key);
	}
	ct_host__set_root("");
}

static void test_digest(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "x");

	ct_host__set_root("tests/data/hosts/crio");
	describe(w, POD("0f0e0d0c", "1111", "4222", "8333", "444455556666") CRIO(X63("c") "2"));
	UNIT_STR(w->container.image_digest,
		 "quay.io/httpd@sha256:"
		 "1961f4617f243f9e5277fbdda907572aa587f6aae12444b30b6a19645b635f32");
	UNIT_STR(w->container.pod_uid, "0f0e0d0c-1111-4222-8333-444455556666");
	CU_ASSERT(w->container.labels && strstr(w->container.labels, "app=web\n"));
	ct_host__set_root("");
}

static CU_TestInfo tests[] = {
	{ "bundles", test_bundles },
	{ "digest", test_digest },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("bundles", tests)
