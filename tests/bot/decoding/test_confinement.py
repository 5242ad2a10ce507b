"""The filter of system calls, run by hand: what it lets through on each architecture."""

import struct

import pytest

from bot.decoding.confinement import build_filter

ALLOW, REFUSE = 0x7FFF0000, 0x00050001
X86_64, AARCH64 = 0xC000003E, 0xC00000B7


def run_filter(program: bytes, number: int, architecture: int, flags: int = 0) -> int:
    """What the kernel would be told: an interpreter of the three instructions that a filter uses."""
    data = {0: number, 4: architecture, 16: flags}
    steps = list(struct.iter_unpack("=HBBI", program))
    at = loaded = 0
    while True:
        code, if_true, if_false, value = steps[at]
        at += 1
        if code == 0x20:
            loaded = data[value]
        elif code == 0x15:
            at += if_true if loaded == value else if_false
        elif code == 0x45:
            at += if_true if loaded & value else if_false
        else:
            assert code == 0x06
            return value


@pytest.mark.parametrize(
    ("machine", "architecture", "allowed"),
    [
        (
            "x86_64",
            X86_64,
            {
                0,
                1,
                3,
                5,
                8,
                9,
                10,
                11,
                12,
                13,
                14,
                15,
                19,
                20,
                24,
                25,
                28,
                60,
                96,
                131,
                186,
                202,
                219,
                228,
                231,
                273,
                318,
                334,
            },
        ),
        (
            "aarch64",
            AARCH64,
            {
                57,
                62,
                63,
                64,
                65,
                66,
                80,
                93,
                94,
                98,
                99,
                113,
                124,
                128,
                132,
                134,
                135,
                139,
                169,
                178,
                214,
                215,
                216,
            }
            | {222, 226, 233, 278, 293},
        ),
    ],
)
def test_what_is_let_through(machine: str, architecture: int, allowed: set[int]) -> None:
    program = build_filter(machine)
    assert program is not None
    passed = {number for number in range(600) if run_filter(program, number, architecture) == ALLOW}
    assert passed == allowed
    for other in (X86_64 ^ AARCH64 ^ architecture, 0x40000003, 0):
        assert {run_filter(program, number, other) for number in range(600)} == {REFUSE}
    for number in allowed:  # the same numbers under the x32 convention
        assert run_filter(program, number | 0x40000000, architecture) == REFUSE


@pytest.mark.parametrize(
    ("machine", "architecture", "clone"), [("x86_64", X86_64, 56), ("aarch64", AARCH64, 220)]
)
def test_threads_may_be_started_where_they_are_needed_and_processes_may_not(
    machine: str, architecture: int, clone: int
) -> None:
    of_a_thread, of_a_process = 0x3D0F00, 0x1200011  # what the C library asks for
    for allow_threads, answer in ((True, ALLOW), (False, REFUSE)):
        program = build_filter(machine, allow_threads=allow_threads)
        assert program is not None
        assert run_filter(program, clone, architecture, of_a_thread) == answer
        assert run_filter(program, clone, architecture, of_a_process) == REFUSE
        assert run_filter(program, 435, architecture) == 0x00050000 | 38  # clone3 is said not to exist
    assert run_filter(program, 435, architecture, of_a_thread) == 0x00050026  # ENOSYS


def test_another_machine_has_no_filter() -> None:
    assert build_filter("riscv64") is None
