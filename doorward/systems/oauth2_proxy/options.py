"""The options of oauth2-proxy: their names, which of them may be shown, and how their values are read. Pure.

Source: the `cfg` tags of oauth2-proxy v7, pkg/apis/options (options.go, legacy_options.go, cookie.go, sessions.go,
logging.go, app.go); later versions add names, so that a name that is not here says little by itself.
"""

from __future__ import annotations

import base64
import re

PREFIX = "OAUTH2_PROXY_"
"""Of environment variables; the rest is the option's name in capitals."""

# Kept under keyed digest: secrets, and names of people.
SECRET = frozenset(
    (
        "basic_auth_password",
        "client_secret",
        "cookie_secret",
        "github_token",
        "github_users",
        "google_admin_email",
        "google_target_principal",
        "jwt_key",
        "redis_iam_user_id",
        "redis_password",
        "redis_sentinel_password",
        "redis_username",
        "signature_key",
    )
)

_LISTS = """allowed_groups allowed_roles api_routes cookie_domains email_domains entra_id_allowed_tenants
    exclude_logging_paths extra_jwt_issuers github_users gitlab_groups gitlab_projects google_group google_groups
    htpasswd_user_groups keycloak_groups oidc_audience_claims oidc_extra_audiences oidc_public_key_files
    provider_ca_files redis_cluster_connection_urls redis_sentinel_connection_urls skip_auth_regex skip_auth_routes
    tls_cipher_suites trusted_ips upstreams whitelist_domains"""
LISTS = frozenset(_LISTS.split())

DURATIONS = frozenset(("cookie_csrf_expire", "cookie_expire", "cookie_refresh", "flush_interval", "upstream_timeout"))

_ONES = """acr_values allow_query_semicolons approval_prompt auth_logging auth_logging_format authenticated_emails_file
    azure_graph_group_field azure_tenant backend_logout_url banner bitbucket_repository bitbucket_team client_id
    client_secret_file code_challenge_method cookie_csrf_per_request cookie_csrf_per_request_limit
    cookie_csrf_samesite cookie_httponly cookie_name cookie_path cookie_samesite cookie_secret_file cookie_secure
    custom_templates_dir display_htpasswd_form encode_state entra_id_federated_token_auth errors_to_info_log footer
    force_code_challenge_method force_https force_json_errors gcp_healthchecks github_org github_repo github_team
    google_service_account_json google_use_application_default_credentials google_use_organization_id
    htpasswd_file http_address https_address insecure_oidc_allow_unverified_email
    insecure_oidc_skip_issuer_verification insecure_oidc_skip_nonce jwt_key_file login_url logging_compress
    logging_filename logging_local_time logging_max_age logging_max_backups logging_max_size metrics_address
    metrics_secure_address metrics_tls_cert_file metrics_tls_key_file oidc_email_claim oidc_groups_claim
    oidc_issuer_url oidc_jwks_url pass_access_token pass_authorization_header pass_basic_auth pass_host_header
    pass_user_headers ping_path ping_user_agent prefer_email_to_user profile_url prompt provider
    provider_display_name proxy_prefix proxy_websockets pubjwk_url ready_path real_client_ip_header redeem_url
    redirect_url redis_ca_path redis_connection_idle_timeout redis_connection_url redis_iam_region
    redis_iam_replication_group_id redis_iam_serverless redis_insecure_skip_tls_verify redis_sentinel_master_name
    redis_use_cluster redis_use_iam_auth redis_use_sentinel relative_redirect_url request_logging
    request_logging_format resource reverse_proxy scope sensitive_logging session_cookie_minimal session_store_type
    set_authorization_header set_basic_auth set_xauthrequest show-debug-on-error silence_ping_logging
    skip_auth_preflight skip_auth_strip_headers skip_claims_from_profile_url skip_jwt_bearer_tokens
    skip_oidc_discovery skip_provider_button ssl_insecure_skip_verify ssl_upstream_insecure_skip_verify
    standard_logging standard_logging_format tls_cert_file tls_key_file tls_min_version use_system_trust_store
    user_id_claim validate_url"""
KNOWN = SECRET | LISTS | DURATIONS | frozenset(_ONES.split())

# Set beside the options, for the process itself.
NO_OPTIONS = frozenset(("alpha_config", "config", "config_test", "convert_config_to_alpha", "version"))

_UNIT_S = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_DURATION = re.compile(rf"[+-]?(?:{_PART.pattern})+")
_URL_SAFE = re.compile(r"[A-Za-z0-9_-]*")


def seconds(value: object) -> float | None:
    """A duration as Go reads it: `1h30m`; a bare number counts nanoseconds. None if it is not one."""
    text = str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text) * 1e-9
    if not _DURATION.fullmatch(text):
        return None
    whole = sum(float(number) * _UNIT_S[unit] for number, unit in _PART.findall(text))
    return -whole if text.startswith("-") else whole


def lacks_unit(value: object) -> bool:
    """Whether the value is a number above zero without a unit, which counts nanoseconds."""
    text = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return text.isdigit() and int(text) > 0


def secret_bytes(secret: str) -> int:
    """How many bytes of key the cookie secret is: decoded if that makes 16, 24 or 32, else as it stands.

    Source: oauth2-proxy v7, pkg/encryption/utils.go, SecretBytes.
    """
    bare = secret.rstrip("=")
    if _URL_SAFE.fullmatch(bare) and len(bare) % 4 != 1:
        decoded = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
        if len(decoded) in (16, 24, 32):
            return len(decoded)
    return len(secret.encode())


def meant(name: str) -> str | None:
    """The option that an unknown name most likely means: another mark between words, or one for many."""
    plain = name.strip().lower().replace("-", "_").replace(".", "_")
    candidates = (plain, plain + "s", plain.removesuffix("s"), plain + "_file", plain.replace("same_site", "samesite"))
    return next((one for one in candidates if one in KNOWN and one != name), None)
