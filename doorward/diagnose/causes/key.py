"""Key: a key, certificate or secret has expired, or was replaced so that the other side does not know it.

If it is at work: a certificate that is shown has ended or is not believed; the provider serves other keys than while
all was well, or none; a file with a key or secret changed shortly before the onset; a process was started anew with
other authorities or secrets in its environment; one node alone is refused for its secret; what was signed or sealed
before (sessions, forms, tokens) is refused.
If it is not: certificates hold, the keys served are those of before, their files have not changed, and nothing is
refused for its signature.
Licenses nothing: keys are put back or announced by who keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from doorward.diagnose import nodes, reasons
from doorward.diagnose.cause import (
    DECISIVE,
    STRONG,
    WEAK,
    Cause,
    Judgement,
    blamed,
    favours,
    healthy,
    notes,
    once,
    opposes,
    unexamined,
)
from doorward.diagnose.causes.database import LEAST_EXCEPTIONS, exceptions, has_kept_its_tables, is_well
from doorward.diagnose.examined import (
    DatabaseExamined,
    Examination,
    IssuerExamined,
    KeyFile,
    KeysExamined,
    TlsExamined,
)
from doorward.diagnose.observations import Observations
from doorward.diagnose.timing import FAR, apart, is_near, taken_up, timed
from doorward.diagnose.unchanged import surroundings_changed
from doorward.model.diagnosis import Evidence, Leaning
from doorward.model.sign_in import Reason

# What fails when a signature does not fit any more.
SIGNED = (
    Reason.TOKEN_REFUSED,
    Reason.SESSION_UNREADABLE,
    Reason.SESSION_UNKNOWN,
    Reason.PROVIDER_ERROR,
    Reason.CSRF,
    Reason.STATE_MISMATCH,
)
# A certificate that ends so soon is worth a word; it hurts nobody yet.
SOON = timedelta(days=7)
# Variables by which a process is told whom to believe, and what its secrets are.
OF_TRUST = re.compile(r"CERT|_CA(_|$)|(^|_)CA_|TRUST|(^|_)KEY|SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIAL|KEYTAB|JWKS")
# What a trial sign-in says of a certificate that it met, and of keys that do not fit, by its stable words.
_CERTIFICATE_MET = ("tls-certificate-expired", "tls-untrusted", "tls-wrong-name")
_KEY_MET = ("id-token-key-unknown", "id-token-signature", "keys-invalid")
# Words of a failed handshake that speak of no certificate.
_NO_ANSWER = ("no answer", "ConnectionRefusedError", "ConnectionResetError", "OSError", "gaierror", "UNEXPECTED_EOF")


def weigh(observations: Observations) -> Judgement:
    """Certificates, the keys that are served, the files, and the reasons."""
    found = (
        *_certificates(observations),
        *_met(observations),
        *_served(observations),
        *_files(observations),
        *_trust(observations),
        *_node(observations),
    )
    sick = max((item.weight for item in found if item.leaning is Leaning.FOR), default=0.0)
    # One key is as it was, another is not: the sound one says nothing against that.
    judged = (
        notes(one.test, one.seen, one.expected) if sick and one.leaning is Leaning.AGAINST else one for one in found
    )
    has_changed = any(_is_for(one, "file") for one in found)
    refused = tuple(_by_the_database(observations)) if has_changed else ()
    unserved = tuple(_unserved(observations)) if has_changed else ()
    evidence = (*judged, *_reasons(observations, sick), *refused, *unserved)
    return Judgement(
        evidence,
        next_check="Compare the keys that are served with those in tokens; serve the old one beside the new one.",
        component=blamed(evidence),
        not_testable=_not_testable(observations, evidence),
        # Where others show a certificate that nobody believes, sign-in fails there by it.
        explains=(
            *(("upstream",) if any(_is_for(one, test) for one in found for test in ("certificate", "met")) else ()),
            *(("database",) if refused else ()),
            # With a secret that it cannot work by it never comes up.
            *(("server",) if any(_is_for(one, test) for one in found for test in ("file", "environment")) else ()),
        ),
    )


def _is_for(evidence: Evidence, test: str) -> bool:
    return evidence.test == test and evidence.leaning is Leaning.FOR


def _by_the_database(observations: Observations) -> Iterator[Evidence]:
    """Every database is well, has what it had, and refuses what it is asked: it does not know the password any more."""
    holders = [database.component for database in observations.of(DatabaseExamined)]
    if exceptions(observations) >= LEAST_EXCEPTIONS and all(
        is_well(observations, name) and has_kept_its_tables(observations, name) for name in holders
    ):
        seen = f"{exceptions(observations)} × a database's exception, while every database that we ask is well"
        yield favours("database", STRONG, seen, "a database refuses the secret that changed")


def _unserved(observations: Observations) -> Iterator[Evidence]:
    """The provider answers, and fails at its key set alone, which it served while all was well: it cannot read a key,
    be it cut off or under a passphrase."""
    for issuer in observations.of(IssuerExamined):
        before = observations.earlier(IssuerExamined, issuer.component)
        if issuer.named and not issuer.keys and (issuer.status or 0) >= 500 and before is not None and before.keys:
            seen = f"{issuer.component}: {issuer.problem}, and {len(before.keys)} keys while all was well"
            yield favours("key set", STRONG, seen, "the key that changed cannot be read", issuer.component)
            return


def _not_testable(observations: Observations, evidence: tuple[Evidence, ...]) -> str:
    if any(item.leaning is Leaning.AGAINST and item.test != "reasons" for item in evidence):
        return ""
    if any((observations.of(TlsExamined), observations.of(IssuerExamined), observations.of(KeysExamined))):
        return ""
    # Nothing that is sealed is refused: whatever keys there are, they fit.
    if reasons.are_compared(observations) and not reasons.risen(observations, SIGNED):
        return ""
    return "neither a certificate, an issuer's keys nor a file with keys is named"


def _certificates(observations: Observations) -> Iterator[Evidence]:
    expected = "the certificate has ended, or is not believed"
    sick, well = [], []
    for tls in observations.of(TlsExamined):
        ends = f", ends {tls.ends_at:%Y-%m-%d}" if tls.ends_at else ""
        seen = f"{tls.component}: {tls.place}: {tls.problem or 'the certificate is believed'}{ends}"
        if tls.problem and (not tls.shown or any(word in tls.problem for word in _NO_ANSWER)):
            yield notes("certificate", seen, expected)
        elif tls.problem:
            sick.append(favours("certificate", DECISIVE, seen, expected, tls.component))
        else:
            well.append(seen)
    yield from (*once(sick), *healthy("certificate", STRONG, well, expected, sick))
    yield from unexamined(observations, Examination.TLS, expected)


def _met(observations: Observations) -> Iterator[Evidence]:
    """What a trial sign-in met since the onset: of several nodes it may have come by another than the examination."""
    expected = "a trial sign-in meets a certificate or a key that does not hold"
    for words, weight in ((_CERTIFICATE_MET, DECISIVE), (_KEY_MET, STRONG)):
        met = [probe for probe in observations.failed_probes if probe.reason in words]
        if met:
            seen = f"probe {met[-1].label}: {met[-1].reason}, {len(met)} of {len(observations.probes)} times"
            yield favours("met", weight, seen, expected)
            return


def _served(observations: Observations) -> Iterator[Evidence]:
    expected = "the keys served are not those of before"
    sick, well = [], []
    for issuer in observations.of(IssuerExamined):
        before = observations.earlier(IssuerExamined, issuer.component)
        name = issuer.component
        if issuer.status == 200 and not issuer.keys and not issuer.problem.startswith("the discovery document"):
            sick.append(favours("keys", DECISIVE, f"{name}: {issuer.problem}", expected, name))
        elif not issuer.keys or before is None or not before.keys:
            said = issuer.problem or f"{len(issuer.keys)} keys; what it served before is not known"
            yield notes("keys", f"{name}: {said}", expected)
        elif not set(issuer.keys) & set(before.keys):
            seen = f"{name}: it serves {_listed(issuer.keys)}; before, {_listed(before.keys)}: no key is in both"
            sick.append(favours("keys", DECISIVE, seen, expected, name))
        else:
            same = "the keys of before" if issuer.keys == before.keys else "keys of before and other ones"
            well.append(f"{name}: it serves {same} ({_listed(issuer.keys)})")
    yield from (*once(sick), *healthy("keys", STRONG, well, expected, sick))
    yield from unexamined(observations, Examination.ISSUER, expected)


def _trust(observations: Observations) -> Iterator[Evidence]:
    """A process that was started anew with other authorities or secrets in its environment."""
    for one, names in surroundings_changed(observations):
        told = [name for name in names if OF_TRUST.search(name)]
        if told and observations.onset is not None:
            what = f"{one.component}: its environment has another {', '.join(told)} since it was started anew"
            yield timed("environment", one.began_at, what, observations, one.component)
            return


def _node(observations: Observations) -> Iterator[Evidence]:
    """A node that began beside others, and whose secret the other side does not know, while theirs is known."""
    node = nodes.apart(observations.nodes)
    is_explained = any(suspect.alters for suspect in observations.suspects or ())
    if node is not None and node.is_of_secret and not is_explained:
        what = f"{node.component}: refused for a secret: {nodes.told(node, observations.nodes)}; that node began"
        yield timed("node", node.began_at, what, observations, node.component)
        if node.strange:
            seen = f"{node.component}: of {node.strange} places that it names the nodes beside it know none"
            yield favours("names", STRONG, seen, "a node names the same people's places by another key", node.component)


def _listed(keys: tuple[str, ...]) -> str:
    return ", ".join(key[:12] for key in keys)


def _files(observations: Observations) -> Iterator[Evidence]:
    expected = "a file with a key, certificate or secret ended or changed shortly before the onset"
    sick, well = [], []
    for keys in observations.of(KeysExamined):
        before = observations.earlier(KeysExamined, keys.component)
        known = {file.name: file for file in before.files} if before else {}
        files = [_changed(observations, keys, file, known.get(file.name)) for file in keys.files]
        found = [e for file in files for e in _file(observations, keys, file, known.get(file.name), expected)]
        sick += [item for item in found if item.leaning is Leaning.FOR]
        yield from (item for item in found if item.leaning is not Leaning.FOR)
        if not any(item.leaning is Leaning.FOR for item in found):
            well.append(f"{keys.component}: none of {len(keys.files)} files with keys ended or changed")
    yield from (*once(sick), *healthy("file", STRONG, well, expected, sick))


def _changed(observations: Observations, keys: KeysExamined, file: KeyFile, before: KeyFile | None) -> KeyFile:
    """As an earlier look at the same trouble found it, where it held something else then and is put back since."""
    if before is None or file.digest != before.digest:
        return file
    looks = (one for look in observations.keys if look.component == keys.component for one in look.files)
    return next((one for one in looks if one.name == file.name and one.digest not in ("", file.digest)), file)


def _file(
    observations: Observations, keys: KeysExamined, file: KeyFile, before: KeyFile | None, expected: str
) -> Iterator[Evidence]:
    name = f"{keys.component}: {file.name}"
    if file.changed_at is None:
        weight = DECISIVE if before is not None and before.changed_at is not None else WEAK
        yield favours("file", weight, f"{name} cannot be read", expected, keys.component)
        return
    if file.ends_at is not None and file.ends_at <= keys.at:
        yield favours("file", DECISIVE, f"{name} ended {file.ends_at:%Y-%m-%d %H:%M}", expected, keys.component)
    elif file.ends_at is not None and file.ends_at - keys.at <= SOON:
        yield notes("file", f"{name} ends {file.ends_at:%Y-%m-%d %H:%M}", expected)
    onset = observations.onset
    if onset is None or (before is not None and before.digest == file.digest) or onset - file.changed_at > FAR:
        return
    if before is not None:
        felt_at = taken_up(observations, keys.component, file.changed_at)
        changed = "changed" if file in keys.files else "changed to and fro"
        loaded = f"{changed}, loaded" if felt_at > file.changed_at else changed
        yield timed("file", felt_at, f"{name} {loaded}", observations, keys.component)
    elif is_near(file.changed_at, observations):
        # What it held before is not known: it may only have been touched, or been made just now.
        seen = f"{name} was written {apart(file.changed_at, onset)}; what it held before is not known"
        yield favours("file", WEAK, seen, expected, keys.component)


def _reasons(observations: Observations, sick: float) -> Iterator[Evidence]:
    """Alone, refused signatures are as much a wrong setting's; with a changed key they are its trace."""
    if not reasons.are_compared(observations):
        return
    expected = "what was signed or sealed before is refused"
    rises = reasons.risen(observations, SIGNED)
    if rises and sick:
        yield favours("reasons", STRONG, reasons.told(rises), expected)
    elif rises:
        yield notes("reasons", reasons.told(rises), expected)
    else:
        seen = "nothing more than usual is refused for what was signed or sealed"
        # Whom a certificate stops never comes so far as to be refused. Under a key that was taken up before something
        # else changed, somebody would have been.
        weight = STRONG if not sick else WEAK if sick <= WEAK else 0.0
        yield opposes("reasons", weight, seen, expected) if weight else notes("reasons", seen, expected)


CAUSE = Cause(
    id="key",
    title="key, certificate or secret",
    predictions=__doc__ or "",
    asks_for=(Examination.TLS, Examination.ISSUER, Examination.KEYS, Examination.SURROUNDINGS),
    weigh=weigh,
)
