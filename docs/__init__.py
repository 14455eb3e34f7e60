"""Documentation: pages by hand, and pages drawn from the code by `python -m docs.generate`."""
