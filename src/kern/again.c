/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loaded probe that is used again. To check the programs takes the kernel most of the second in
 * which a recording begins, and a proof is made of many recordings. All that the programs have
 * noted is forgotten first: nothing of one recording may be seen in the next.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "kern/map_walk.h"

/* A range of modules that has all of them is as good as another. */
static bool has_same_constants(struct ct_probe *p, const struct ct_probe *old)
{
	struct probe_bpf__rodata *now = p->skel->rodata;
	const struct probe_bpf__rodata *was = old->skel->rodata;
	size_t size, old_size;
	const void *bytes, *old_bytes;

	if (ct_ksyms__modules_are_within(p->syms, was->cfg_module_lo, was->cfg_module_len)) {
		now->cfg_module_lo = was->cfg_module_lo;
		now->cfg_module_len = was->cfg_module_len;
	}
	bytes = bpf_map__initial_value(p->skel->maps.rodata, &size);
	old_bytes = bpf_map__initial_value(old->skel->maps.rodata, &old_size);
	return bytes && old_bytes && size == old_size && !memcmp(bytes, old_bytes, size);
}

/* Would the same programs be loaded, with the same constants and maps as large? */
static bool is_same(struct ct_probe *p, const struct ct_probe *old)
{
	struct bpf_program *prog, *old_prog = NULL;
	struct bpf_map *map, *old_map = NULL;

	if (p->backend != old->backend || p->ncpus != old->ncpus || !has_same_constants(p, old))
		return false;
	bpf_object__for_each_program(prog, p->skel->obj)
	{
		old_prog = bpf_object__next_program(old->skel->obj, old_prog);
		if (bpf_program__autoload(prog) != bpf_program__autoload(old_prog))
			return false;
	}
	bpf_object__for_each_map(map, p->skel->obj)
	{
		old_map = bpf_object__next_map(old->skel->obj, old_map);
		if (bpf_map__max_entries(map) != bpf_map__max_entries(old_map))
			return false;
	}
	return true;
}

static void delete_key(void *map, const void *key)
{
	bpf_map_delete_elem(bpf_map__fd(map), key);
}

/* Makes all elements zero. Returns 0 or a negative errno. */
static int clear_array(const struct bpf_map *map, int ncpus)
{
	bool percpu = bpf_map__type(map) == BPF_MAP_TYPE_PERCPU_ARRAY;
	/* Values of single processors are padded to words. */
	size_t size = (bpf_map__value_size(map) + 7) / 8 * 8;
	ct_autofree void *zero = ct_xzalloc(size * (percpu ? (size_t)ncpus : 1));

	for (__u32 i = 0; i < bpf_map__max_entries(map); i++)
		if (bpf_map_update_elem(bpf_map__fd(map), &i, zero, BPF_ANY))
			return -errno;
	return 0;
}

/* Returns 0, or a negative errno where it is not known how. */
static int clear(struct bpf_map *map, int ncpus)
{
	if (bpf_map__is_internal(map))
		return 0;
	switch (bpf_map__type(map)) {
	case BPF_MAP_TYPE_RINGBUF: return 0;
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PERCPU_ARRAY: return clear_array(map, ncpus);
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_PERCPU_HASH: ct_map_walk__each_key(map, delete_key, map); return 0;
	default: return -ENOTSUP;
	}
}

static void ignore(void *arg, const struct ct_event *ev, size_t size)
{
	(void)arg, (void)ev, (void)size;
}

/*
 * The ends of system calls stay watched, as ct_probe__stop() leaves them: what is noted there of
 * others at this moment is harmless. But the numbers of entries must not become lower than what is
 * there, so they are set first.
 */
static int forget_all(struct ct_probe *old, const struct probe_bpf__data_hot *hot)
{
	struct bpf_map *map;
	int ret = 0;

	*old->skel->data_hot = *hot;
	memset(old->skel->bss, 0, sizeof(*old->skel->bss));
	ct_probe__consume(old, ignore, NULL);
	bpf_object__for_each_map(map, old->skel->obj) if (!ret) ret = clear(map, old->ncpus);
	return ret;
}

bool ct_probe__take_over(struct ct_probe *p, struct ct_probe *old)
{
	struct probe_bpf *unloaded = p->skel;

	if (!old || !old->stopped || !is_same(p, old) || forget_all(old, p->skel->data_hot))
		return false;
	p->skel = old->skel;
	old->skel = unloaded;
	memcpy(p->watched, old->watched, sizeof(p->watched));
	p->nwatched = old->nwatched;
	old->nwatched = 0;
	p->missed_before = ct_probe__missed(p);
	return true;
}
