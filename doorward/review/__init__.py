"""Review: what is learned? The postmortem of an incident, folded from its log, and the measures that follow from it.

In: the entries of one incident. Out: a `Postmortem` (`postmortem.postmortem`) and its Markdown, HTML or JSON
(`render.render`). It refuses to guess: what the log does not say is "not recorded". It blames no person, makes no mean
of past durations, and promises no measure without an owner, a due date and a proof.
"""
