"""A pretend 微信支付, 支付宝 and 医保 for this machine: their wire formats, over real HTTP.

It keeps its own truth in a file, checks our signatures and signs with keys of its own, calls back
like they do, and does on request what they do on a bad day. Nobody's money moves.
"""
