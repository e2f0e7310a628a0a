"""The specification as a site, with its evidence.

It stands with the chapters it renders, and outside of proofs/, whose hash a report carries: a change of a page does not
make a proof stale.
"""
