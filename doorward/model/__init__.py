"""The words of Doorward as frozen data: no I/O, no clock, no third-party import.

One module per group of words; import from the module that holds the word.
"""
