"""The detectors, one file each: `DETECTOR` says which segments a signal has, what is usual in them and their weight.

Weights divide the false-alarm budget: most goes to what only a broken system does to people who did everything right.
"""
