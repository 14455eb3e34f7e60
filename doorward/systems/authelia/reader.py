"""Authelia's configuration.yml in, Facts and redacted settings out.

Secrets often come from the environment, and one configuration may be spread over several files: what is not in this
file is not known to be missing.
"""

from __future__ import annotations

import re

from doorward.model.configuration import Configuration, StartError
from doorward.systems import Target
from doorward.systems.authelia.facts import facts
from doorward.systems.oidc.document import Document, open_document, surroundings

_HEADERS = re.compile(
    rb"^(access_control|authentication_backend|identity_validation|identity_providers|session|storage|notifier"
    rb"|regulation|default_2fa_method|totp|webauthn|ntp|password_policy):",
    re.MULTILINE,
)
_TELLING = frozenset((b"access_control", b"authentication_backend", b"identity_validation", b"regulation", b"webauthn"))

# The keys whose values say how sign-in works and hold no secret and no person; any other value is shown as its digest.
_NAMES = """
access_token address algorithm allowed_origins attachment audience authelia_url authorization_policy ban_time base_dn
certificate certificates_directory client_id client_name code_lifespan consent_mode database database_index
default_policy default_redirection_url disable disable_require_tls disable_startup_check discoverability
domain domain_regex elevation_lifespan enable_passkey_login endpoints enforce_pkce expiration filename find_time
grant_types host id id_token id_token_signed_response_alg implementation inactivity issuer key_id level lifespan
maximum_active_connections max_desync max_retries methods minimum_parameter_entropy name networks path
pkce_challenge_method policy port pre_configured_consent_duration public redirect_uris refresh_interval refresh_token
remember_me require_pkce require_pushed_authorization_requests response_modes response_types same_site scheme scopes
sentinel_name server_name skip_verify start_tls timeout token_endpoint_auth_method url use
userinfo_signed_response_alg users_filter groups_filter version watch
"""
_SHOWN = frozenset(_NAMES.split())


def sniff(name: str, content: bytes) -> bool:
    """Whether the file is a configuration of Authelia, whatever its name."""
    found = set(_HEADERS.findall(content))
    return len(found) >= 2 and bool(found & _TELLING)


def read(target: Target) -> Configuration:
    """The configuration in the file. Raises InputInvalid when it cannot be read or is not YAML."""
    document = open_document(target)
    return Configuration(
        kind=target.kind,
        target=target.name,
        facts=(*surroundings(target), *facts(document, target.public_url)),
        settings=document.settings(_SHOWN),
        start_error=_start_error(document),
    )


def _start_error(document: Document) -> StartError | None:
    """Authelia's reader refuses a key that stands twice; templates may choose one of the two."""
    if not document.duplicates or document.templated:
        return None
    said = "; ".join(
        f"{twice.pointer} stands on lines {twice.first_line} and {twice.line}" for twice in document.duplicates
    )
    return StartError("DuplicateKey", said, document.where(document.duplicates[0].pointer))
