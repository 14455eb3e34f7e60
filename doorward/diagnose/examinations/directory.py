"""Directory: does the LDAP server answer an anonymous bind? A few bytes by hand, no client library.

Source: RFC 4511 section 4.2 (BindRequest, BindResponse), X.690 (BER). A refusal is an answer: the server works.
"""

from __future__ import annotations

import socket
import ssl
import time
from urllib.parse import SplitResult, urlsplit

from doorward.diagnose.examined import DirectoryExamined, Examination, NotExamined
from doorward.diagnose.examinee import Examinee

ANSWER_S = 1.5
_PORTS = {"ldap": 389, "ldaps": 636}
# LDAPMessage { 1, bindRequest { version 3, name "", simple "" } }
_BIND = bytes.fromhex("300c020101600702010304008000")
_BIND_RESPONSE, _ENUMERATED = 0x61, 0x0A
_MOST_BYTES = 512


def examine_directory(examinee: Examinee) -> DirectoryExamined | NotExamined:
    """Connect, bind without a name, and read the resultCode."""
    if not examinee.ldap:
        return NotExamined(Examination.DIRECTORY, examinee.component, "no directory is configured", applies=False)
    url = urlsplit(examinee.ldap)
    if url.scheme not in _PORTS or not url.hostname:
        return NotExamined(Examination.DIRECTORY, examinee.component, "the directory's address is not ldap://")
    place = f"{url.hostname}:{url.port or _PORTS[url.scheme]}"
    began = time.monotonic()
    try:
        code, problem = _bind(url)
    except TimeoutError:
        code, problem = None, f"no answer within {ANSWER_S:g} s"
    except OSError as error:
        code, problem = None, error.strerror or type(error).__name__
    return DirectoryExamined(examinee.component, place, code, (time.monotonic() - began) * 1000, problem)


def _bind(url: SplitResult) -> tuple[int | None, str]:
    address = (url.hostname or "", url.port or _PORTS[url.scheme])
    with socket.create_connection(address, timeout=ANSWER_S) as plain:
        if url.scheme == "ldap":
            return _asked(plain)
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with context.wrap_socket(plain) as encrypted:
            return _asked(encrypted)


def _asked(connection: socket.socket) -> tuple[int | None, str]:
    connection.sendall(_BIND)
    code = result_code(connection.recv(_MOST_BYTES))
    return (code, "") if code is not None else (None, "what it answers is not LDAP")


def result_code(answer: bytes) -> int | None:
    """The resultCode of a BindResponse, None for anything else."""
    message = _inside(answer, 0x30)
    identifier = _inside(message, 0x02) if message is not None else None
    if message is None or identifier is None:
        return None
    response = _inside(message[2 + len(identifier) :], _BIND_RESPONSE)
    code = _inside(response, _ENUMERATED) if response is not None else None
    return code[0] if code else None


def _inside(data: bytes, tag: int) -> bytes | None:
    """The content of the first element if it has that tag; lengths of up to four bytes (X.690 section 8.1.3)."""
    if len(data) < 2 or data[0] != tag:
        return None
    length, start = data[1], 2
    if length & 0x80:
        count = length & 0x7F
        if count > 4:
            return None
        length, start = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    return data[start : start + length]
