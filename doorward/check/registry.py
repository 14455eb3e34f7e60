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


def explain(name: str) -> str:
    """The manual page of the rule of that id, or of the rules that tell that row of the catalogue (`DJ-22`).

    Raises InputInvalid, naming near ids, when there is none.
    """
    wanted = name.upper()
    pages = [_page(rule) for rule in rules() if wanted == rule.id or wanted in rule.catalogue]
    if not pages:
        known = [rule.id for rule in rules()]
        near = [rule_id for rule_id in known if rule_id.startswith(wanted.partition("-")[0])] or known
        raise InputInvalid((Problem("rule.unknown", f"there is no rule {name}", fix=f"one of: {', '.join(near)}"),))
    return "\n\n".join(pages)


def _page(rule: Rule) -> str:
    effect = rule.effect
    lines = (
        f"{rule.id}: {rule.page}",
        "",
        f"Severity: {rule.severity}",
        f"Effect: {effect.who} · {effect.symptom} · {effect.when}",
        f"Breaks: {', '.join(effect.what) or 'nothing by itself'}",
        f"Sees: {rule.tell}",
        f"Catalogue: {', '.join(rule.catalogue) or 'none'}",
        "Sources:",
        *(f"  {source}" for source in rule.sources),
    )
    return "\n".join(lines)
