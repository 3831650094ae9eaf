"""Proves who signed.

`examine`: everything but revocation; `verify`: the whole rule, pure; `service`: the rule with
somebody who asks the NCA. `provider/` makes an OpenID Provider of it, `api/` REST, `commands/` and
`batch/` the command line.
"""
