# INCOMPLETE: this may not be the whole set; something was lost while recording
# that may have been a need: record it again; the recording is cut off, and
# needs after that are missing: record it again
# time (chrony:4, docker): 2 capabilities are needed, and perhaps more
# captrim @VERSION@, confidence medium: checks were lost and one call site is
# unknown
# - clients allow SYS_TIME, BPF only if allow_caps in their docker plugin's
#   configuration says so
# - SYS_TIME sets the one clock of the host: keep time there instead
# - remove 'privileged = true': it gives back whatever is dropped here
# - it ran with 'network_mode = "host"', which lets every NET_ capability act on
#   the host's network: use a network of its own if it can
# - it ran as chrony, not as root: leave user as it is
# - without root an added capability does nothing unless the program's file has
#   it, too (setcap): BPF
# - Docker 20.10 and older do not know BPF: there SYS_ADMIN stands in
config {
  cap_drop = ["all"]
  cap_add = [
    "sys_time",  # HOST: sets the clock of the host (chronyd)
    "bpf",       # HOST: checked in a_new_function, for which captrim has no rule
  ]
}
