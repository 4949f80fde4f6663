"""The age v1 format and the two signatures on pyca/cryptography; the only place that imports it.

Use `seal.envelope`, `seal.keys` and `seal.signing`: what is here can be misused.
"""
