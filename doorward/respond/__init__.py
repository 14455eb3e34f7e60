"""Respond: who acts? Declares incidents, decides who is paged and when the next person is asked, delivers pages.

In: detections, the folded incidents, the escalation chain, the time. Out: decisions with named reasons, pages, status
texts. It refuses to change the guarded system and to judge the cause; it never drops a page.

The order of a page: `declare.decide` → `escalate.next_step` → `paging.notice` → one `store.log.append` with its pages →
`deliver.deliver` through `channels/`; where the store is gone, `spool.Spool` takes its place.
"""
