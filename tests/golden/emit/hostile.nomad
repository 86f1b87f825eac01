# e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x} \
# (e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x}
# \, docker): 2 capabilities are needed
# captrim @VERSION@, confidence low: e\x1b[31m'"\x0a- privileged: true #
# <script>alert(1)</script> \xff\xfe ${x} \
# - clients allow NET_ADMIN, CAP_41 only if allow_caps in their docker plugin's
#   configuration says so
# - e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x}
#   \
# - it ran as e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script>
#   \xff\xfe ${x} \, not as root: leave user as it is
# - without root an added capability does nothing unless the program's file has
#   it, too (setcap): NET_ADMIN, CAP_41
# - CAP_41: newer than this captrim, write the name that linux/capability.h has
#   for the number
config {
  cap_drop = ["all"]
  cap_add = [
    "net_admin",  # e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x} \ (a\x0ab\x1b]0;x\x07)
    "cap_41",     # HOST: no reason recorded
  ]
  security_opt = ["no-new-privileges"]
}

# e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x} \
# (e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x}
# \, docker): 2 capabilities are needed
# captrim @VERSION@, confidence low: e\x1b[31m'"\x0a- privileged: true #
# <script>alert(1)</script> \xff\xfe ${x} \
# - clients allow NET_ADMIN, CAP_41 only if allow_caps in their docker plugin's
#   configuration says so
# - e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x}
#   \
# - it ran as e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script>
#   \xff\xfe ${x} \, not as root: leave user as it is
# - without root an added capability does nothing unless the program's file has
#   it, too (setcap): NET_ADMIN, CAP_41
# - CAP_41: newer than this captrim, write the name that linux/capability.h has
#   for the number
config {
  cap_drop = ["all"]
  cap_add = [
    "net_admin",  # e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x} \ (a\x0ab\x1b]0;x\x07)
    "cap_41",     # HOST: no reason recorded
  ]
  security_opt = ["no-new-privileges"]
}
