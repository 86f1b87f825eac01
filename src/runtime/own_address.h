/* SPDX-License-Identifier: GPL-2.0-only */
/* Does a host's name or address mean this machine? */
#ifndef CT_RUNTIME_OWN_ADDRESS_H
#define CT_RUNTIME_OWN_ADDRESS_H

enum ct_own { CT_OWN_UNKNOWN, CT_OWN_NO, CT_OWN_YES };

/*
 * A name is looked up, for three seconds at most. One address that is ours is enough; addresses in
 * any network namespace of this machine are, since engines run in containers, too.
 */
enum ct_own ct_own_address__is(const char *host);

#endif
