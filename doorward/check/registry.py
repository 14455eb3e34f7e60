"""Every rule, by its id: those of `doorward/check/rules/` and of other packages (entry points `doorward.rules`)."""

from __future__ import annotations

from functools import cache

from doorward import extensions
from doorward.check import rules as folder
from doorward.check.rule import Rule
from doorward.errors import InputInvalid, Problem


@cache
def rules() -> tuple[Rule, ...]:
    """All rules in the order of their ids. Raises ExtensionInvalid rather than lose one."""
    return tuple(sorted(extensions.load(folder, "RULES", Rule, lambda rule: rule.id), key=lambda rule: rule.id))


def explain(rule_id: str) -> str:
    """The rule's manual page. Raises InputInvalid, naming near ids, when there is no such rule."""
    known = {rule.id: rule for rule in rules()}
    rule = known.get(rule_id.upper())
    if rule is None:
        family = rule_id.upper().partition("-")[0]
        near = [name for name in known if name.startswith(family)] or list(known)
        raise InputInvalid((Problem("rule.unknown", f"there is no rule {rule_id}", fix=f"one of: {', '.join(near)}"),))
    effect = rule.effect
    what = ", ".join(effect.what) or "nothing by itself"
    lines = (
        f"{rule.id}: {rule.page}",
        "",
        f"Severity: {rule.severity}",
        f"Effect: {effect.who} · {effect.symptom} · {effect.when}",
        f"Breaks: {what}",
        f"Sees: {rule.tell}",
        f"Catalogue: {', '.join(rule.catalogue) or 'none'}",
        "Sources:",
        *(f"  {source}" for source in rule.sources),
    )
    return "\n".join(lines)
