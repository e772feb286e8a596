#!/usr/bin/env bash
# What the official image's entry point promises: a directory named by the LDAP_* variables, with the users they name or
# with what is in /ldifs.
set -euo pipefail
export LDAP_ROOT=${LDAP_ROOT:-dc=example,dc=org}
export LDAP_ADMIN_USERNAME=${LDAP_ADMIN_USERNAME:-admin}
export LDAP_ADMIN_PASSWORD=${LDAP_ADMIN_PASSWORD:-adminpassword}
export LDAP_EXTRA_SCHEMAS=${LDAP_EXTRA_SCHEMAS:-cosine,inetorgperson,nis}
export LDAP_USERS=${LDAP_USERS:-user01,user02}
export LDAP_PASSWORDS=${LDAP_PASSWORDS:-pa55word1,pa55word2}
export LDAP_USER_DC=${LDAP_USER_DC:-users}
export LDAP_GROUP=${LDAP_GROUP:-readers}

settings() {
    local schema
    cat <<LDIF
dn: cn=config
objectClass: olcGlobal
cn: config

dn: cn=module,cn=config
objectClass: olcModuleList
cn: module
olcModulePath: /usr/lib/ldap
olcModuleLoad: back_mdb

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

include: file:///etc/ldap/schema/core.ldif
$(for schema in ${LDAP_EXTRA_SCHEMAS//,/ }; do echo "include: file:///etc/ldap/schema/$schema.ldif"; done)

dn: olcDatabase=mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: mdb
olcDbMaxSize: 1073741824
olcDbDirectory: /openldap/data
olcDbIndex: objectClass eq,pres
olcSuffix: $LDAP_ROOT
olcRootDN: cn=$LDAP_ADMIN_USERNAME,$LDAP_ROOT
olcRootPW: $(slappasswd -s "$LDAP_ADMIN_PASSWORD")
LDIF
}

tree() {
    local name=${LDAP_ROOT%%,*} people=ou=$LDAP_USER_DC,$LDAP_ROOT number users passwords
    IFS=,\; read -ra users <<<"$LDAP_USERS"
    IFS=,\; read -ra passwords <<<"$LDAP_PASSWORDS"
    cat <<LDIF
dn: $LDAP_ROOT
objectClass: dcObject
objectClass: organization
dc: ${name#dc=}
o: ${name#dc=}

dn: $people
objectClass: organizationalUnit
ou: $LDAP_USER_DC

LDIF
    for number in "${!users[@]}"; do
        cat <<LDIF
dn: cn=${users[number]},$people
objectClass: inetOrgPerson
cn: ${users[number]}
sn: Bar$((number + 1))
uid: ${users[number]}
userPassword: ${passwords[number]}

LDIF
    done
    cat <<LDIF
dn: cn=$LDAP_GROUP,$people
objectClass: groupOfNames
cn: $LDAP_GROUP
$(printf "member: cn=%s,$people\n" "${users[@]}")
LDIF
}

if [ ! -d /openldap/slapd.d ]; then
    mkdir /openldap/slapd.d /openldap/data
    settings | slapadd -n 0 -F /openldap/slapd.d
    if compgen -G '/ldifs/*.ldif' >/dev/null; then
        for file in /ldifs/*.ldif; do slapadd -n 1 -F /openldap/slapd.d -l "$file"; done
    elif [ "${LDAP_SKIP_DEFAULT_TREE:-no}" = no ]; then
        tree | slapadd -n 1 -F /openldap/slapd.d
    fi
fi
exec "$@"
