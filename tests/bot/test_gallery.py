"""Pictures hang for a quarter of an hour, and not too many of them."""

from bot.gallery import MOST, SHOWN, Gallery


def test_a_picture_hangs_for_a_quarter_of_an_hour() -> None:
    time = 0.0
    gallery = Gallery(clock=lambda: time)
    key = gallery.hang(b"PNG")
    time = SHOWN
    assert gallery.find(key) == b"PNG"
    time += 1
    assert gallery.find(key) is None
    assert gallery.find("never") is None


def test_of_too_many_the_oldest_goes() -> None:
    gallery = Gallery()
    keys = [gallery.hang(bytes([number])) for number in range(MOST + 2)]
    assert len(set(keys)) == MOST + 2
    assert [gallery.find(key) for key in keys[:3]] == [None, None, bytes([2])]
    assert gallery.find(keys[-1]) == bytes([MOST + 1])
    assert keys[-1] not in repr(gallery)
