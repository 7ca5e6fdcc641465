#!/usr/bin/env python3
"""A second opinion on a bundle directory: written from feed/README.md alone, with the Python standard library and
python3-cryptography, and with none of the product's code.

    verify.py DIR     exit 0: every check holds; 2: refused, the codes are printed; 64: wrong use

Where it is not told otherwise it refuses: what it cannot read is a finding, never a crash. It does not check the
schemas of entries (REC_SCHEMA).
"""
import base64
import binascii
import hashlib
import json
import re
import sys
import unicodedata
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SAFE = 2**53 - 1
PRIME = 2**255 - 19


class Refused(Exception):
    """A failed check: its code, and where."""

    def __init__(self, code, detail=""):
        super().__init__(code, detail)
        self.code, self.detail = code, detail


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def decode64(text, code, length=None):
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(code, "not base64") from None
    if base64.b64encode(raw).decode() != text or length not in (None, len(raw)):
        raise Refused(code, "not the base64 it should be")
    return raw


def decode_size(text, code):
    if not re.fullmatch("0|[1-9][0-9]{0,15}", text, re.ASCII) or int(text) > SAFE:
        raise Refused(code, "%r is not a size" % text)
    return int(text)


# -- Merkle tree, RFC 6962: roots by recursion over what is left of the range ------------------------------------------


class Tree:
    """Roots of perfect subtrees as {level: hash}; a leaf is carried upwards like a one in binary addition."""

    def __init__(self, size=0, hashes=()):
        self.size = size
        levels = [level for level in range(size.bit_length()) if size >> level & 1]
        self.part = dict(zip(reversed(levels), hashes))

    def add(self, leaf):
        level = 0
        while level in self.part:
            leaf = sha256(b"\1", self.part.pop(level), leaf)
            level += 1
        self.part[level] = leaf
        self.size += 1

    def root(self):
        root = None
        for level in sorted(self.part):
            root = self.part[level] if root is None else sha256(b"\1", self.part[level], root)
        return sha256() if root is None else root


def root_by_path(leaf, index, size, path):
    """Recomputes the root from an audit path by the recursion of RFC 6962, 2.1.1, from the top down."""
    if size == 1:
        if path:
            raise Refused("ROOT_MISMATCH", "a path too long")
        return leaf
    if not path:
        raise Refused("ROOT_MISMATCH", "a path too short")
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return sha256(b"\1", root_by_path(leaf, index, half, path[:-1]), path[-1])
    return sha256(b"\1", path[-1], root_by_path(leaf, index - half, size - half, path[:-1]))


# -- Keys and policy ---------------------------------------------------------------------------------------------------


class Key:
    def __init__(self, text, kind):
        match = re.fullmatch(r"([^+\s]+)\+([0-9a-f]{8})\+(\S+)", text)
        if not match:
            raise Refused("KEY_UNKNOWN", "not a verifier key")
        self.name = match[1]
        typed = decode64(match[3], "KEY_UNKNOWN", 33)
        self.id, self.raw = sha256(self.name.encode(), b"\n", typed)[:4], typed[1:]
        if self.id.hex() != match[2] or typed[0] != kind:
            raise Refused("KEY_UNKNOWN", "%s: not its id, or not of type %d" % (self.name, kind))
        y = int.from_bytes(self.raw, "little") % 2**255
        # The y of all points whose order divides 8: under such a key anybody's signature can verify.
        eighth = 2707385501144840649318225287225658788936804267575313519463743609750303402022
        if y >= PRIME or y in (0, 1, PRIME - 1, eighth, PRIME - eighth):
            raise Refused("KEY_UNKNOWN", "%s: a weak key" % self.name)
        self.verifier = Ed25519PublicKey.from_public_bytes(self.raw)

    def signed(self, signature, message):
        try:
            self.verifier.verify(signature, message)
            return True
        except InvalidSignature:
            return False


class Policy:
    def __init__(self, text):
        self.logs, self.parties, self.quorum, self.members = [], {}, None, set()
        for line in text.split("\n"):
            words = [word for word in re.split("[ \t]+", line) if word]
            if words and words[0] == "#" and words[1:2] == ["control"]:
                Key(words[2] if len(words) > 2 else "", 1)
            elif words and not words[0].startswith("#"):
                self.read(words)
        if self.quorum is None:
            raise Refused("QUORUM", "no quorum line")

    def read(self, words):
        kind, count = words[0], len(words)
        if kind == "log" and count in (2, 3):
            self.logs.append(self.fresh(Key(words[1], 1), self.logs))
        elif kind == "witness" and count in (3, 4):
            self.define(words[1], self.fresh(Key(words[2], 4), self.witnesses()))
        elif kind == "group" and count >= 4:
            members = words[3:]
            if any(member not in self.parties or member in self.members for member in members):
                raise Refused("QUORUM", "a member that is unknown or used twice")
            if len(set(members)) < len(members):
                raise Refused("QUORUM", "a member twice")
            self.members.update(members)
            need = {"all": len(members), "any": 1}.get(words[2])
            if need is None:
                need = int(words[2]) if re.fullmatch("[1-9][0-9]{0,3}", words[2], re.ASCII) else 0
            if not 1 <= need <= len(members):
                raise Refused("QUORUM", "a threshold that cannot be met")
            self.define(words[1], (need, members))
        elif kind == "quorum" and count == 2 and self.quorum is None:
            if words[1] != "none" and words[1] not in self.parties:
                raise Refused("QUORUM", "a quorum nobody defined")
            self.quorum = words[1]
        else:
            raise Refused("QUORUM", "not a line of a policy: %s" % words)

    def define(self, name, party):
        if name == "none" or name in self.parties:
            raise Refused("QUORUM", "the name %s is taken" % name)
        self.parties[name] = party

    @staticmethod
    def fresh(key, others):
        if key.raw in [other.raw for other in others]:
            raise Refused("KEY_UNKNOWN", "%s: one key twice" % key.name)
        return key

    def witnesses(self):
        return [party for party in self.parties.values() if isinstance(party, Key)]

    def met(self, seen, name=None):
        name = name or self.quorum
        if name == "none":
            return True
        party = self.parties[name]
        if isinstance(party, Key):
            return party.raw in seen
        need, members = party
        return sum(self.met(seen, member) for member in members) >= need


# -- Notes -------------------------------------------------------------------------------------------------------------


class Head:
    """A checkpoint note, verified on the way in."""

    def __init__(self, raw, policy):
        if len(raw) > 65536 or any(byte < 32 and byte != 10 for byte in raw):
            raise Refused("CP_SYNTAX", "too long, or a control character")
        try:
            note = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("CP_SYNTAX", "not UTF-8") from None
        gap = note.rfind("\n\n")
        if gap < 0 or note.startswith("\ufeff") or not note.endswith("\n") or gap + 2 == len(note):
            raise Refused("CP_SYNTAX", "no text and signatures")
        text, lines = note[: gap + 1], note[gap + 2 : -1].split("\n")
        if len(lines) > 32:
            raise Refused("CP_SYNTAX", "too many signatures")
        signatures = [self.signature(line) for line in lines]
        parts = text.split("\n")
        if len(parts) != 4 or not parts[0]:
            raise Refused("CP_SYNTAX", "not three lines")
        self.origin, self.size = parts[0], decode_size(parts[1], "CP_SYNTAX")
        self.root = decode64(parts[2], "CP_SYNTAX", 32)
        self.quorate, self.times = self.open(text.encode(), signatures, policy)

    @staticmethod
    def signature(line):
        match = re.fullmatch("\u2014 ([^\\s+]+) (\\S+)", line)
        raw = decode64(match[2], "CP_SYNTAX") if match else b""
        if len(raw) < 5:
            raise Refused("CP_SYNTAX", "not a signature line")
        return match[1], raw[:4], raw[4:]

    def open(self, text, signatures, policy):
        signers, seen, times = set(), set(), {}
        for name, id_, signature in signatures:
            for key in policy.logs:
                if (key.name, key.id) == (name, id_):
                    if not key.signed(signature, text):
                        raise Refused("SIG_BAD", name)
                    signers.add(name)
            for key in policy.witnesses():
                if (key.name, key.id) == (name, id_):
                    time = int.from_bytes(signature[:8], "big")
                    if not key.signed(signature[8:], b"cosignature/v1\ntime %d\n" % time + text):
                        raise Refused("COSIG_BAD", name)
                    seen.add(key.raw)
                    times[name] = time
        if not signers:
            raise Refused("KEY_UNKNOWN", "no log of the policy signed")
        if self.origin not in signers:
            raise Refused("CP_ORIGIN", self.origin)
        return policy.met(seen), times


# -- Entries -----------------------------------------------------------------------------------------------------------


def members_once(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise Refused("REC_NONCANON", "a member twice")
    return dict(pairs)


def no_float(text):
    raise Refused("REC_NONCANON", "the number %s" % text)


def within_profile(value, depth=1):
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int):
        return abs(value) <= SAFE
    if isinstance(value, str):
        return min(map(ord, value), default=32) >= 32 and unicodedata.is_normalized("NFC", value)
    if depth > 6:
        return False
    if isinstance(value, list):
        return all(within_profile(each, depth + 1) for each in value)
    names = all(re.fullmatch("[A-Za-z0-9._-]{1,32}", name, re.ASCII) and name != "__proto__" for name in value)
    return names and all(within_profile(each, depth + 1) for each in value.values())


def read_entry(raw):
    if len(raw) > 16384:
        raise Refused("REC_NONCANON", "too long")
    try:
        text = raw.decode("utf-8")
        entry = json.loads(text, object_pairs_hook=members_once, parse_float=no_float, parse_constant=no_float)
        again = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Refused("REC_NONCANON", "not UTF-8 JSON") from None
    if again != raw or not within_profile(entry):
        raise Refused("REC_NONCANON", "not the canonical form")
    return entry if isinstance(entry, dict) else {}


# -- The whole directory -----------------------------------------------------------------------------------------------


class Bundle:
    def __init__(self, folder):
        self.folder, self.findings = Path(folder), []

    def refuse(self, code, detail):
        self.findings.append(code)
        print(code, detail)

    def attempt(self, name, act):
        try:
            return act()
        except Refused as problem:
            self.refuse(problem.code, "%s: %s" % (name, problem.detail))
            return None

    def verify(self):
        for name in ("keys.txt", "leaves.jsonl"):
            if not (self.folder / name).is_file():
                self.refuse("ENV_SYNTAX", "%s is not there" % name)
                return
        keys = (self.folder / "keys.txt").read_bytes().decode("utf-8", "replace")
        policy = self.attempt("keys.txt", lambda: Policy(keys))
        if policy is None:
            return
        heads = self.heads(policy)
        proofs = self.proofs(policy)
        roots = {}
        for name, head in heads + [(name, head) for name, head, _ in proofs]:
            if roots.setdefault((head.origin, head.size), head.root) != head.root:
                self.refuse("CP_FORK", "%s size %d" % (name, head.size))
        raw = (self.folder / "leaves.jsonl").read_bytes()
        lines = raw.split(b"\n")
        if lines.pop():
            self.refuse("REC_NONCANON", "the last line has no line end")
            lines = raw.split(b"\n")
        tree = self.attempt("open.frontier", lambda: self.opening(lines))
        if tree is None:
            return
        first, grown, leaves = tree.size, self.entries(lines, tree), [sha256(b"\0", line) for line in lines]
        for name, head in heads:
            if head.size not in grown:
                self.refuse("LEAVES_MISSING", "%s size %d, entries %d to %d" % (name, head.size, first, tree.size))
            elif grown[head.size] != head.root:
                self.refuse("ROOT_MISMATCH", "%s size %d" % (name, head.size))
        for name, head, (extra, index, path) in proofs:
            here = first <= index < tree.size
            if extra is None and not here:
                self.refuse("LEAVES_MISSING", "%s entry %d" % (name, index))
                continue
            leaf = leaves[index - first] if extra is None else sha256(b"\0", extra)
            found = self.attempt(name, lambda: root_by_path(leaf, index, head.size, path) if index < head.size else b"")
            if found is not None and found != head.root:
                self.refuse("ROOT_MISMATCH", "%s entry %d" % (name, index))
        if not self.note_files():
            self.refuse("LEAVES_MISSING", "no checkpoint")
        elif not any(head.quorate for _, head in heads):
            self.refuse("QUORUM", "no checkpoint carries the quorum")
        if not self.findings:
            print("VALID: %d entries, root %s" % (tree.size - first, base64.b64encode(tree.root()).decode()))

    def note_files(self):
        deep = self.folder / "checkpoints"
        files = [*self.folder.glob("checkpoint*.note"), *(deep.glob("*.note") if deep.is_dir() else [])]
        return sorted(file for file in files if "sm3" not in file.name)

    def heads(self, policy):
        read = [(file.name, self.attempt(file.name, lambda: Head(file.read_bytes(), policy))) for file in self.note_files()]
        return [(name, head) for name, head in read if head is not None]

    def proofs(self, policy):
        proofs = []
        for file in sorted(self.folder.glob("*.tlog-proof")):
            read = self.attempt(file.name, lambda: self.proof(file.read_bytes(), policy))
            if read is not None:
                proofs.append((file.name, *read))
        return proofs

    @staticmethod
    def proof(raw, policy):
        head, gap, note = raw.partition(b"\n\n")
        lines = head.decode("latin-1").split("\n")
        if not gap or lines.pop(0) != "c2sp.org/tlog-proof@v1":
            raise Refused("CP_SYNTAX", "not a proof")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = decode64(lines.pop(0)[6:], "CP_SYNTAX")
        if not lines or not lines[0].startswith("index "):
            raise Refused("CP_SYNTAX", "no index")
        index = decode_size(lines.pop(0)[6:], "CP_SYNTAX")
        return Head(note, policy), (extra, index, [decode64(line, "CP_SYNTAX", 32) for line in lines])

    def opening(self, lines):
        file = self.folder / "open.frontier"
        if not file.is_file():
            return Tree()
        first = 0
        if lines:
            try:
                seq = read_entry(lines[0]).get("seq")
                first = seq if isinstance(seq, int) and seq >= 0 else 0
            except Refused:
                pass
        words = file.read_bytes().decode("latin-1").split()
        sizes = [word for word in words if re.fullmatch("0|[1-9][0-9]{0,15}", word, re.ASCII)]
        hashes = [decode64(word, "CERT_RANGE", 32) for word in words if word not in sizes]
        if bin(first).count("1") != len(hashes) or sizes[:1] not in ([], [str(first)]):
            raise Refused("CERT_RANGE", "%d hashes before entry %d" % (len(hashes), first))
        return Tree(first, hashes)

    def entries(self, lines, tree):
        roots = {tree.size: tree.root()}
        prev = bytes(32) if tree.size == 0 else None
        for line in lines:
            entry = self.attempt("entry %d" % tree.size, lambda: read_entry(line))
            if entry is not None:
                self.place(entry, tree.size, prev)
            prev = sha256(b"\0", line)
            tree.add(prev)
            roots[tree.size] = tree.root()
        return roots

    def place(self, entry, want, prev):
        seq = entry.get("seq")
        if isinstance(seq, bool) or not isinstance(seq, int) or seq < want:
            self.refuse("SEQ_ORDER", "entry %d says %r" % (want, seq))
        elif seq > want:
            self.refuse("SEQ_GAP", "entry %d says %d" % (want, seq))
        if prev is not None and entry.get("prev") != base64.b64encode(prev).decode():
            self.refuse("PREV_MISMATCH", "entry %d" % want)


def main(folder):
    bundle = Bundle(folder)
    bundle.verify()
    if bundle.findings:
        print("REFUSED: " + " ".join(sorted(set(bundle.findings))))
    return 2 if bundle.findings else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        print(__doc__, file=sys.stderr)
        sys.exit(64)
    sys.exit(main(sys.argv[1]))
