"""Content codings: what was packed comes out, and what cannot be trusted is refused."""

import gzip
import zlib
from functools import partial
from importlib import import_module
from unittest import mock

import brotli
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from midakit.core.wire import content
from midakit.core.wire.messages import MAX_BODY
from midakit.errors import TransportError
from support.packing import ZSTD_MODULES, zstd_compress

decode = partial(content.decode, limit=MAX_BODY)


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd_compress,
}


def headers(coding):
    return ((b"content-encoding", coding.encode()),)


@given(st.binary(max_size=5000), st.sampled_from(sorted(PACKERS)), st.integers(1, 400))
@settings(deadline=None, max_examples=80)
def test_what_was_packed_comes_out(data, coding, step):
    """Every coding gives back the bytes that went in, however they are cut."""
    packed = PACKERS[coding](data)
    with mock.patch.object(content, "SLICE", step):
        assert decode(headers(coding), packed) == data


def test_deflate_without_its_header_is_read():
    """Servers that send raw deflate are understood."""
    assert decode(headers("deflate"), raw_deflate(b"hello" * 99)) == b"hello" * 99


@pytest.mark.parametrize("over", range(5))
def test_deflate_whose_end_is_just_behind_a_step_is_whole(over):
    """zlib may keep a few bytes of output when its input is used up: they are asked for."""
    data = bytes(content.STEP * 2 + over)
    assert decode(headers("deflate"), raw_deflate(data)) == data


class Counting:
    """A decompressor of zlib that counts the bytes it is given: what it leaves is copied."""

    given = 0

    def __init__(self, genuine, wbits):
        self._inner = genuine(wbits)

    def decompress(self, data, limit):
        Counting.given += len(data)
        return self._inner.decompress(data, limit)

    def __getattr__(self, name):
        return getattr(self._inner, name)


def work(monkeypatch, body, coding):
    Counting.given = 0
    genuine = zlib.decompressobj
    with monkeypatch.context() as patch:
        patch.setattr("zlib.decompressobj", lambda wbits: Counting(genuine, wbits))
        decode(headers(coding), body)
    return Counting.given


NOISE = b"".join(zlib.crc32(b"%d" % one).to_bytes(4) + bytes(12) for one in range(40_000))
BODIES = {
    "empty members": ("gzip", lambda times: gzip.compress(b"") * 2_000 * times),
    "gzip": ("gzip", lambda times: gzip.compress(NOISE * times, 1)),
    "deflate": ("deflate", lambda times: zlib.compress(NOISE * times, 1)),
}


@pytest.mark.parametrize("name", BODIES)
def test_decompressing_takes_time_in_proportion(monkeypatch, name):
    """Four times the body is four times the work: no body makes zlib copy its rest again and again."""
    coding, packed = BODIES[name]
    assert work(monkeypatch, packed(4), coding) < 5 * work(monkeypatch, packed(1), coding)


def test_two_codings_are_undone_in_reverse():
    """`deflate, gzip` means gzip was applied last."""
    packed = gzip.compress(zlib.compress(b"hello"))
    assert decode(headers("deflate, gzip"), packed) == b"hello"


def test_two_gzip_members_are_one_body():
    """Concatenated gzip members decode to their concatenation."""
    assert decode(headers("gzip"), gzip.compress(b"a") + gzip.compress(b"b")) == b"ab"


@pytest.fixture(params=ZSTD_MODULES)
def zstd(request, monkeypatch):
    """The content of zstd bodies is unpacked by each module that can."""
    monkeypatch.setattr(content, "_zstd", lambda: import_module(request.param))
    return request.param


@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=4), st.integers(1, 400))
@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_zstd_frames_are_one_body(zstd, parts, step):
    """Concatenated zstd frames decode to their concatenation, by whatever unpacks them."""
    packed = b"".join(map(zstd_compress, parts))
    with mock.patch.object(content, "SLICE", step):
        assert decode(headers("zstd"), packed) == b"".join(parts)


def test_a_zstd_bomb_is_refused_by_every_module(zstd):
    """However zstd is unpacked, a body past the limit is an error."""
    with pytest.raises(TransportError, match="longer than 100000 bytes"):
        decode(headers("zstd"), zstd_compress(bytes(4_000_000)), limit=100_000)


@pytest.mark.parametrize(
    ("log", "refused"), [(content.WINDOW_LOG, False), (content.WINDOW_LOG + 1, True)]
)
def test_zstd_may_not_ask_for_more_memory_than_the_rfc_allows(zstd, log, refused):
    """A frame with a window of 8 MiB is read, one with a larger window is refused."""
    # magic number, no content size, the exponent of the window, one empty block that is the last
    packed = bytes.fromhex("28b52ffd") + bytes([0, (log - 10) << 3, 1, 0, 0])
    if refused:
        with pytest.raises(TransportError, match="damaged"):
            decode(headers("zstd"), packed)
    else:
        assert decode(headers("zstd"), packed) == b""


@pytest.mark.parametrize("cut", range(1, 12))
def test_truncated_zstd_is_refused_by_every_module(zstd, cut):
    """However zstd is unpacked, content that ends early is not handed over."""
    packed = zstd_compress(bytes(range(256)) * 40)
    with pytest.raises(TransportError, match=r"ends early|damaged"):
        decode(headers("zstd"), packed[:-cut])
    with pytest.raises(TransportError, match=r"ends early|damaged"):
        decode(headers("zstd"), packed + packed[:cut])


@pytest.mark.parametrize("coding", sorted(PACKERS))
def test_a_bomb_is_refused(coding):
    """A body that unpacks past the limit is an error and not a full memory."""
    packed = PACKERS[coding](bytes(4_000_000))
    with pytest.raises(TransportError, match="longer than 100000 bytes"):
        decode(headers(coding), packed, limit=100_000)


@pytest.mark.parametrize("coding", sorted(PACKERS))
def test_a_truncated_stream_is_refused(coding):
    """Content that ends early is never handed over as if it were whole."""
    packed = PACKERS[coding](bytes(range(256)) * 40)
    with pytest.raises(TransportError, match=r"ends early|damaged"):
        decode(headers(coding), packed[:-3])


@pytest.mark.parametrize("coding", sorted(PACKERS))
def test_damage_is_refused(coding):
    """Garbage under a content coding names the coding."""
    with pytest.raises(TransportError, match=r"ends early|damaged"):
        decode(headers(coding), b"\xff\x00garbage, not packed at all")


def test_a_coding_nobody_asked_for_is_refused():
    """An unknown coding is an error that names it."""
    with pytest.raises(TransportError, match="compress"):
        decode(headers("compress"), b"x")


def test_layers_upon_layers_are_refused():
    """A body packed many times over is refused before it is unpacked."""
    with pytest.raises(TransportError, match="4 times"):
        decode(headers("gzip,gzip,gzip,gzip"), b"x")


@pytest.mark.parametrize("coding", ["", "identity"])
def test_an_unencoded_body_is_left_alone(coding):
    """No coding and `identity` mean the same."""
    assert decode(headers(coding), b"plain") == b"plain"


def test_an_empty_body_needs_no_decoding():
    """HEAD and 304 answers name a coding and have no body."""
    assert decode(headers("gzip"), b"") == b""


def test_what_is_asked_for_can_be_undone():
    """`accept-encoding` lists exactly the codings that are installed."""
    assert content.accepted() == b"gzip, deflate, br, zstd"
