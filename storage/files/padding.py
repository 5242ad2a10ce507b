"""Padmé: the length to which an evidence file is padded, so that its size does not tell which file it is.

Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs" (PETS 2019), section 4: a
length keeps about as many significant bits as its exponent has. At most 12 % are added, and a length tells
O(log log n) bits.
"""

SMALLEST_PADDED_BYTES = 4096
"""Every smaller file is padded to this many bytes: receipts, short texts and small pictures look alike."""


def get_padded_length(size: int) -> int:
    """Return the number of bytes to which a content of so many bytes is padded."""
    size = max(size, SMALLEST_PADDED_BYTES)
    exponent = size.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return (size + mask) & ~mask
