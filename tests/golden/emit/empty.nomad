# cache (redis:7, docker): no capability is needed
# captrim @VERSION@, confidence proved: it passed without any
# It ran without root, as 999:999: keep its user.
config {
  cap_drop = ["all"]
  security_opt = ["no-new-privileges"]
}

# demo.service (systemd): no capability is needed
# captrim @VERSION@, confidence low: its start was not seen
# It ran without root: keep its user.
config {
  cap_drop = ["all"]
}
