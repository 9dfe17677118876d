"""Which files become one: few are left of any size, and no file is made anew every night."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from midakit.export.files.log_rules import LoggedFile
from midakit.export.files.merging import FAN, MOST, MOST_BYTES, alike, grouped


def files(sizes):
    return [
        LoggedFile(name=f"results/part-{number:05}-a.parquet", rows=rows, bytes=1)
        for number, rows in enumerate(sizes)
    ]


@given(st.lists(st.integers(0, 2 * MOST), max_size=60))
def test_files_of_about_the_same_size_are_merged_by_eights(sizes):
    """Neighbours, none twice, none too large, and what is left of a size is fewer than eight."""
    there = files(sizes)
    groups = alike(there)
    used = [file.name for group in groups for file in group]
    assert len(used) == len(set(used))
    for group in groups:
        assert len(group) == FAN
        assert [file.name for file in group] == sorted(file.name for file in group)
        rows = [max(1, file.rows) for file in group]
        assert max(rows) < FAN * min(rows) * FAN
        assert sum(file.rows for file in group) <= MOST
    left = [file.rows for file in there if file.name not in used and file.rows <= MOST // FAN]
    for bound in (FAN**power for power in range(8)):
        assert sum(bound <= max(1, rows) < FAN * bound for rows in left) < FAN


@given(st.integers(1, 400), st.integers(1, 5_000))
def test_a_year_of_nights_leaves_few_files_and_writes_each_row_a_few_times(nights, rows):
    """Once for each eightfold size."""
    there, written = [], 0
    for night in range(nights):
        there.append(LoggedFile(name=f"t/part-{night:05}-a", rows=rows, bytes=1))
        for number, group in enumerate(alike(there)):
            made = sum(file.rows for file in group)
            written += made
            there = [file for file in there if file not in group]
            there.append(LoggedFile(name=f"t/part-{night:05}-m{number}", rows=made, bytes=1))
    assert sum(file.rows for file in there) == nights * rows
    small = [file for file in there if file.rows * FAN <= MOST]
    assert len(small) <= (FAN - 1) * 6
    assert len(there) <= len(small) + nights * rows * FAN / MOST + 1
    assert written <= 6 * nights * rows


heavy = st.lists(st.integers(0, 2 * MOST_BYTES), max_size=60).map(
    lambda sizes: [
        LoggedFile(name=f"raw/part-{number:05}-a.parquet", rows=1, bytes=size)
        for number, size in enumerate(sizes)
    ]
)


@given(heavy)
def test_answers_as_they_came_are_merged_by_what_they_weigh(there):
    """Fifty thousand of them would not fit into memory; all that is light enough is still merged."""
    for group in alike(there):
        assert sum(file.bytes for file in group) <= MOST_BYTES
    light = [file for file in there if file.bytes * FAN <= MOST_BYTES]
    assert sum(map(len, alike(there))) == len(light) - len(light) % FAN
    groups = list(grouped(there))
    assert [file for group in groups for file in group] == there
    for group in groups:
        assert len(group) == 1 or sum(file.bytes for file in group) <= MOST_BYTES
    for one, other in pairwise(groups):
        assert sum(file.bytes for file in [*one, other[0]]) > MOST_BYTES


@given(st.lists(st.integers(0, 50), max_size=30), st.integers(1, 100))
def test_groups_have_no_more_rows_than_a_file_may_have(sizes, most):
    """In order; a file that is larger by itself stays alone."""
    there = files(sizes)
    groups = list(grouped(there, most))
    assert [file for group in groups for file in group] == there
    for group in groups:
        assert len(group) == 1 or sum(file.rows for file in group) <= most
    for one, other in pairwise(groups):
        assert sum(file.rows for file in [*one, other[0]]) > most
