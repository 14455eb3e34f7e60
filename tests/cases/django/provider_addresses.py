"""The pages of the cases, and the way back from a provider, which is not marked as open to strangers."""

from addresses import home
from addresses import urlpatterns as pages
from django.urls import path

urlpatterns = [*pages, path("oidc/callback/", home, name="oidc_authentication_callback")]
