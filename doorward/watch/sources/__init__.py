"""Sources: where the lines of a log come from, one file a source; every line is counted exactly once.

A **durable** source (a file and its rotations) is read on from the cursor that was committed with the counts. Whatever
else there is (syslog, HTTP, standard input, journald, Loki, Elasticsearch) is first appended to a `Spool` of ours, in
one step with what it takes to know it again: a sequence, identities, the position to ask from. The spool is then read
like a file. So one mechanism counts all of them, and a kill at any point changes no count.
"""
