"""The keywords of sshd_config: their one name, what they take, and which stand no more.

Source: sshd_config(5) and servconf.c of OpenSSH 5 to 10, with the additions of Debian, Red Hat and FreeBSD; the
answers of `sshd -t` 9.2 were compared.
"""

from __future__ import annotations


def _names(listed: str) -> tuple[str, ...]:
    return tuple(listed.split())


ALIASES = {
    "challengeresponseauthentication": "KbdInteractiveAuthentication",
    "skeyauthentication": "KbdInteractiveAuthentication",
    "dsaauthentication": "PubkeyAuthentication",
    "pubkeyacceptedkeytypes": "PubkeyAcceptedAlgorithms",
    "hostbasedacceptedkeytypes": "HostbasedAcceptedAlgorithms",
    "hostdsakey": "HostKey",
    "keepalive": "TCPKeepAlive",
    "gssapicleanupcreds": "GSSAPICleanupCredentials",
    "gssusesessionccache": "GSSAPIUseSessionCredCache",
}
"""Former names that still work."""

IGNORED = frozenset(
    (
        "afstokenpassing",
        "authorizedkeysfile2",
        "checkmail",
        "keyregenerationinterval",
        "kerberostgtpassing",
        "pamauthenticationviakbdint",
        "permitblacklistedkeys",
        "protocol",
        "reversemappingcheck",
        "rhostsauthentication",
        "rhostsrsaauthentication",
        "rsaauthentication",
        "serverkeybits",
        "uselogin",
        "useprivilegeseparation",
        "verifyreversemapping",
    )
)
"""Keywords that sshd takes and does not heed."""

YES_OR_NO = _names(
    "ExposeAuthInfo GSSAPIAuthentication GSSAPICleanupCredentials GSSAPIStrictAcceptorCheck HostbasedAuthentication "
    "HostbasedUsesNameFromPacketOnly IgnoreUserKnownHosts KbdInteractiveAuthentication PasswordAuthentication "
    "PermitEmptyPasswords PermitTTY PermitUserRC PrintLastLog PrintMotd PubkeyAuthentication StrictModes TCPKeepAlive "
    "UseDNS UsePAM X11Forwarding X11UseLocalhost"
)

NUMBERS = _names("ClientAliveCountMax MaxAuthTries MaxSessions")
TIMES = ("ClientAliveInterval", "LoginGraceTime")

ONE_WORD = _names(
    "AddressFamily AllowAgentForwarding AllowStreamLocalForwarding AllowTcpForwarding AuthorizedKeysCommandUser "
    "AuthorizedPrincipalsCommandUser AuthorizedPrincipalsFile Ciphers Compression FingerprintHash GatewayPorts "
    "HostKeyAlgorithms HostbasedAcceptedAlgorithms IgnoreRhosts KexAlgorithms LogLevel MACs MaxStartups "
    "PermitRootLogin PermitTunnel PidFile Port PubkeyAcceptedAlgorithms RequiredRSASize RevokedKeys SyslogFacility "
    "TrustedUserCAKeys XAuthLocation"
)
"""Take one word each, besides those above."""

SEVERAL = _names(
    "AcceptEnv AllowGroups AllowUsers AuthenticationMethods AuthorizedKeysCommand AuthorizedKeysFile "
    "AuthorizedPrincipalsCommand Banner CASignatureAlgorithms ChannelTimeout ChrootDirectory DebianBanner DenyGroups "
    "DenyUsers DisableForwarding ForceCommand GSSAPIEnablek5users GSSAPIKexAlgorithms GSSAPIKeyExchange "
    "GSSAPIStoreCredentialsOnRekey GSSAPIUseSessionCredCache HPNBufferSize HPNDisabled HostCertificate HostKey "
    "HostKeyAgent IPQoS Include KerberosAuthentication KerberosGetAFSToken KerberosOrLocalPasswd KerberosTicketCleanup "
    "KerberosUniqueCCache KerberosUseKuserok ListenAddress LogVerbose Match ModuliFile NoneEnabled NoneMacEnabled "
    "PAMServiceName PerSourceMaxStartups PerSourceNetBlockSize PerSourcePenalties PerSourcePenaltyExemptList "
    "PermitListen PermitOpen PermitUserEnvironment PubkeyAuthOptions RDomain RefuseConnection RekeyLimit "
    "SecurityKeyProvider SetEnv SshdAuthPath SshdSessionPath StreamLocalBindMask StreamLocalBindUnlink Subsystem "
    "TcpRcvBuf TcpRcvBufPoll UnusedConnectionTimeout UseBlacklist UseBlocklist VersionAddendum X11DisplayOffset"
)

NAMES = {word.lower(): word for word in (*YES_OR_NO, *NUMBERS, *TIMES, *ONE_WORD, *SEVERAL)}
SINGLE = frozenset((*YES_OR_NO, *NUMBERS, *TIMES, *ONE_WORD))

ADDED_UP = frozenset(
    _names("AcceptEnv AllowGroups AllowUsers DenyGroups DenyUsers HostCertificate HostKey ListenAddress Port Subsystem")
)
"""Each line adds to those before; of any other keyword the first line counts."""

NEVER_IN_MATCH = frozenset(
    _names(
        "AddressFamily Ciphers Compression GSSAPICleanupCredentials HostCertificate HostKey HostKeyAgent "
        "HostKeyAlgorithms KexAlgorithms ListenAddress LoginGraceTime MACs MaxStartups PidFile Port PrintLastLog "
        "PrintMotd StrictModes SyslogFacility TCPKeepAlive UseDNS UsePAM VersionAddendum XAuthLocation"
    )
)

MATCHED_BY = frozenset(
    _names("user group host address localaddress localport rdomain all invalid-user version command")
)

PEOPLE = frozenset(("AllowUsers", "DenyUsers"))
"""Hold names of people, which are shown as digests."""

SECRETIVE = frozenset(("AuthorizedKeysCommand", "AuthorizedPrincipalsCommand", "ForceCommand", "SetEnv", "Subsystem"))
"""Hold commands and values that may hold anything: shown as digests."""
