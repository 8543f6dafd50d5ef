r"""Signatures of calls and replies: SHA256withRSA (PKCS#1 v1.5) over raw bytes.

The signed text, in both directions (docs: digital_signature; the same in all official SDKs)::

    <METHOD> <path and query of the request>\n<client-id>.<request- or response-time>.<raw body>
"""

from mock_alipay.signing.diagnosis import Suspect, diagnose
from mock_alipay.signing.header import BadEncoding, SignatureHeader, parse, raw_signature
from mock_alipay.signing.signer import Signer, content, fits

__all__ = [
    "BadEncoding",
    "SignatureHeader",
    "Signer",
    "Suspect",
    "content",
    "diagnose",
    "fits",
    "parse",
    "raw_signature",
]
