"""The rules, one module per subject; each sets RULES. A new file is a new set of rules, with nothing else to edit."""
