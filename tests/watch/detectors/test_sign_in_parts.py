"""Only what no person types counts against a part."""

from __future__ import annotations

from doorward.model.sign_in import Kind, Reason
from doorward.watch.detectors.sign_in_parts import DETECTOR
from tests.watch.detectors.cases import seen


def test_a_wrong_password_is_no_fault_of_a_client_and_a_providers_error_is() -> None:
    (plan,) = DETECTOR.parts
    assert plan.failed(seen(Kind.SIGN_IN, Reason.WRONG_PASSWORD)) is False
    assert plan.failed(seen(Kind.SIGN_IN, Reason.PROVIDER_ERROR)) is True
    assert plan.failed(seen(Kind.SIGN_IN, Reason.OK)) is False
