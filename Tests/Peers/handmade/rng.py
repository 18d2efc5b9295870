# SPDX-License-Identifier: EUPL-1.2
"""Seeded byte generator, so that a corpus is reproducible from (seed, clock).

NOT a secure random source: test material only.
"""
import hashlib


class Drbg:
    """SHAKE-256 in counter mode over (seed, label)."""

    def __init__(self, seed, label=""):
        self._key = hashlib.sha256(f"puente-bench|{seed}|{label}".encode()).digest()
        self._counter = 0
        self._buffer = b""
        self._pos = 0

    def bytes(self, n):
        out = b""
        while len(out) < n:
            if self._pos >= len(self._buffer):
                block = self._key + self._counter.to_bytes(8, "big")
                self._buffer = hashlib.shake_256(block).digest(1024)
                self._counter += 1
                self._pos = 0
            take = min(n - len(out), len(self._buffer) - self._pos)
            out += self._buffer[self._pos:self._pos + take]
            self._pos += take
        return out

    def below(self, bound):
        """Uniform integer in [0, bound)."""
        size = (bound.bit_length() + 7) // 8 + 8
        return int.from_bytes(self.bytes(size), "big") % bound

    def choice(self, seq):
        return seq[self.below(len(seq))]

    def ident(self):
        """An xs:ID with 160 bits of entropy."""
        return "_" + self.bytes(20).hex()
