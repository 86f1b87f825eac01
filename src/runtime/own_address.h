/* SPDX-License-Identifier: GPL-2.0-only */
/* Does a host's name or address mean this machine? */
#ifndef CT_RUNTIME_OWN_ADDRESS_H
#define CT_RUNTIME_OWN_ADDRESS_H

enum ct_own { CT_OWN_UNKNOWN, CT_OWN_NO, CT_OWN_YES };

/*
 * A name is looked up, for three seconds at most; CT_OWN_UNKNOWN: it has no address. One address of
 * this machine is enough, including those in network namespaces that it reaches over a bridge,
 * since engines run in containers, too.
 */
enum ct_own ct_own_address__is(const char *host);

#endif
