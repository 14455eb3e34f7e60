"""Addresses of the authentication service. Of the provider only what its clients need is reachable."""

from django.urls import include, path, re_path
from oauth2_provider import views as provider

from school.auth import passwords, views

_provider_urls = [
    path("authorize/", views.Authorize.as_view(), name="authorize"),
    path("token/", views.Token.as_view(), name="token"),
    path("revoke_token/", provider.RevokeTokenView.as_view(), name="revoke-token"),
    re_path(
        r"^\.well-known/openid-configuration$",
        provider.ConnectDiscoveryInfoView.as_view(),
        name="oidc-connect-discovery-info",
    ),
    path(".well-known/jwks.json", provider.JwksInfoView.as_view(), name="jwks-info"),
    path("userinfo/", provider.UserInfoView.as_view(), name="user-info"),
    path("logout/", views.ProviderSignOut.as_view(), name="rp-initiated-logout"),
]

urlpatterns = [
    path("", views.account_page, name="account"),
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("password/change/", passwords.Change.as_view(), name="password-change"),
    path("password/forgotten/", passwords.Forgotten.as_view(), name="password-forgotten"),
    path("password/forgotten/sent/", passwords.sent, name="password-sent"),
    path("password/new/<uidb64>/<token>/", passwords.New.as_view(), name="password-new"),
    path("o/", include((_provider_urls, "oauth2_provider"))),
]

handler400 = "school.pages.bad_request"
handler403 = "school.pages.forbidden"
handler404 = "school.pages.not_found"
handler500 = "school.pages.failed"
