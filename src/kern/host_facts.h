/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What somebody who repairs captrim has to know of a kernel that is not at hand. Nothing that tells
 * who the host or its users are: no names of hosts, users, containers or images, no addresses, no
 * paths below home directories, no values of the environment.
 */
#ifndef CT_KERN_HOST_FACTS_H
#define CT_KERN_HOST_FACTS_H

/* Calls fn with each fact and its value, which are printable and fn's until it returns. */
void ct_host_facts__each(void (*fn)(void *arg, const char *what, const char *value), void *arg);

#endif
