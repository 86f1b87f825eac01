# cache (redis:7, docker): no capability is needed
# captrim @VERSION@, confidence proved: it passed without any
# - it ran as 999:999, not as root: leave user as it is
config {
  cap_drop = ["all"]
  security_opt = ["no-new-privileges"]
}

# INCOMPLETE: this may not be the whole set; its start was not seen, and what it
# needs then is missing: captrim record -u demo.service --restart
# demo.service (systemd): no need was seen so far, which does not mean that it
# has none
# captrim @VERSION@, confidence low: its start was not seen
# - it ran as a user of its own, not as root: leave user as it is
config {
  cap_drop = ["all"]
}
