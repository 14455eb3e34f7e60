"""Drills: a fault in the reference service, with people in it, and the score of how it was met.

In: a folder with drill.toml. Out: a DrillScore. A drill starts its own school and its own Doorward on free ports, ends
what it started, and touches nothing outside its own directory.
"""
