# shop-web-1 (nginx:1.27, docker): 5 capabilities are needed
# captrim @VERSION@, confidence high: start and end were seen, nothing was lost
config {
  cap_drop = ["all"]
  cap_add = [
    "chown",         # gives a file another owner (nginx)
    "dac_override",  # reads a file that its mode closes to it (sh, run by exec); doubtful
    "kill",          # signals a process of another user (curl, health check)
    "setgid",        # takes on another group (nginx)
    "setuid",        # takes on another user (nginx)
  ]
  security_opt = ["no-new-privileges"]
}
