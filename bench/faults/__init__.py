"""The fault bench's faults: really injected into a running school with people in it, each with its true cause.

`fault` says what a fault is; `stage` runs the school, its stores, the proxies between them, people and Doorward;
`run` plays one fault and reads what Doorward concluded; `score` counts; the other modules are the faults themselves.
"""
