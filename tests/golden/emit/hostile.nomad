# e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x} \
# (e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x}
# \, docker): 2 capabilities are needed
# captrim @VERSION@, confidence low: e\x1b[31m'"\x0a- privileged: true #
# <script>alert(1)</script> \xff\xfe ${x} \
# Clients allow NET_ADMIN, CAP_41 only if allow_caps in their docker plugin's
# configuration says so.
# e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x} \
# It ran without root, as e\x1b[31m'"\x0a- privileged: true #
# <script>alert(1)</script> \xff\xfe ${x} \: keep its user.
# Without root an added capability does nothing unless the program's file has it
# (setcap): NET_ADMIN, CAP_41.
config {
  cap_drop = ["all"]
  cap_add = [
    "net_admin", # e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x} \ (a\x0ab\x1b]0;x\x07)
    "cap_41", # HOST: no reason recorded
  ]
  security_opt = ["no-new-privileges"]
}

# e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x} \
# (e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x}
# \, docker): 2 capabilities are needed
# captrim @VERSION@, confidence low: e\x1b[31m'"\x0a- privileged: true #
# <script>alert(1)</script> \xff\xfe ${x} \
# Clients allow NET_ADMIN, CAP_41 only if allow_caps in their docker plugin's
# configuration says so.
# e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x} \
# It ran without root, as e\x1b[31m'"\x0a- privileged: true #
# <script>alert(1)</script> \xff\xfe ${x} \: keep its user.
# Without root an added capability does nothing unless the program's file has it
# (setcap): NET_ADMIN, CAP_41.
config {
  cap_drop = ["all"]
  cap_add = [
    "net_admin", # e\x1b[31m'"\x0a- privileged: true # <script>alert(1)</script> \xff\xfe ${x} \ (a\x0ab\x1b]0;x\x07)
    "cap_41", # HOST: no reason recorded
  ]
  security_opt = ["no-new-privileges"]
}
