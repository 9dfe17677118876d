"""Values become bytes and come back as they were."""

import struct

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.export.rows.packing import join, pack, pack_columns, to_array, unpack
from midakit.export.schemas import FLAG, INT, NUM, TEXT, TIME

VALUES = {
    INT: st.integers(-(2**63), 2**63 - 1),
    NUM: st.floats(allow_nan=False),
    TEXT: st.text(max_size=6),
    TIME: st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01"]),
}
ARROW = {INT: pa.int64(), NUM: pa.float64(), TEXT: pa.string(), TIME: pa.string()}


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
def test_packed_or_not_a_column_has_its_values(kind, data):
    """Also with nulls and zero bytes in it, and joined from several pages."""
    odd = st.none() | st.just("a\0b") if kind in (TEXT, TIME) else st.none()
    usual, any_value = st.lists(VALUES[kind]), st.lists(VALUES[kind] | odd)
    pages = data.draw(st.lists(usual | any_value, min_size=1, max_size=4))
    pages = [page for page in pages if page] or [data.draw(st.lists(VALUES[kind], min_size=1))]
    pieces = [pack(page, kind) for page in pages]
    for page, piece in zip(pages, pieces, strict=True):
        assert list(unpack(piece, kind)) == page
    joined, expected = join(pieces, kind), [value for page in pages for value in page]
    assert list(unpack(joined, kind)) == expected
    if isinstance(joined, bytes):
        found = to_array(joined, ARROW[kind])
        assert found.equals(pa.array(expected, ARROW[kind]))


@pytest.mark.parametrize(
    ("kind", "values", "packed"),
    [
        (INT, [1, -2], struct.pack("=2q", 1, -2)),
        (INT, [1, None], None),
        (INT, [2**63], None),
        (NUM, [0.5, 2], struct.pack("=2d", 0.5, 2.0)),
        (NUM, [0.5, None], None),
        (TEXT, ["a", "", "ß"], "a\0\0ß".encode()),
        (TEXT, [""], b""),
        (TEXT, ["a", None], None),
        (TEXT, ["a\0"], None),
        (TEXT, ["\ud800"], None),
        (TEXT, [], None),
        (TIME, ["2026-01-01"], b"2026-01-01"),
        (FLAG, [True, False], None),
    ],
)
def test_what_is_packed_and_what_is_not(kind, values, packed):
    """Nothing that would come back as something else is packed; it is kept as it is."""
    found = pack(values, kind)
    assert found is values if packed is None else found == packed


def test_columns_are_packed_by_their_types():
    """Each by its own."""
    found = pack_columns({"visitors": [1], "revenue": [1]}, {"visitors": INT, "revenue": NUM})
    assert found == {"visitors": struct.pack("=q", 1), "revenue": struct.pack("=d", 1.0)}
