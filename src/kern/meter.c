/* SPDX-License-Identifier: GPL-2.0-only */
/* What the probe uses: how full its maps are, and what its programs take. */
#include <bpf/bpf.h>

#include "kern/probe_priv.h"

#define LONGEST_KEY 256

/*
 * Can the map become full? Others drop their oldest entries, or have all entries from the
 * beginning.
 */
static bool fills(const struct bpf_map *map)
{
	enum bpf_map_type type = bpf_map__type(map);

	return (type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_PERCPU_HASH) &&
	       bpf_map__key_size(map) <= LONGEST_KEY;
}

/* Bounded, because the walk starts over if the kernel deletes the key in between. */
static uint64_t count_entries(const struct bpf_map *map)
{
	char key[2][LONGEST_KEY];
	uint64_t n = 0, most = bpf_map__max_entries(map);
	int fd = bpf_map__fd(map), at = 0;

	if (bpf_map_get_next_key(fd, NULL, key[0]))
		return 0;
	for (n = 1; n < most && !bpf_map_get_next_key(fd, key[at], key[!at]); n++)
		at = !at;
	return n;
}

void ct_probe__each_map(const struct ct_probe *p, ct_map_fn fn, void *arg)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, p->skel->obj) if (fills(map) && bpf_map__fd(map) >= 0)
		fn(arg, bpf_map__name(map), count_entries(map), bpf_map__max_entries(map));
}

void ct_probe__each_program(const struct ct_probe *p, ct_program_fn fn, void *arg)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, p->skel->obj)
	{
		struct bpf_prog_info info = { 0 };
		__u32 len = sizeof(info);

		if (bpf_program__fd(prog) >= 0 &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			fn(arg, bpf_program__name(prog), info.run_cnt, info.run_time_ns);
	}
}
