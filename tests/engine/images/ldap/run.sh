#!/usr/bin/env bash
# Starts the server, which logs to stdout.
set -euo pipefail
# with no limit slapd keeps room for a million connections
ulimit -n "${LDAP_ULIMIT_NOFILES:-1024}"
exec /usr/sbin/slapd -h "ldap://:${LDAP_PORT_NUMBER:-1389}/" -F /openldap/slapd.d -d "${LDAP_LOGLEVEL:-32768}" "$@"
