from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.collector.text.venue import find_venue
from publisher.collector.text.venue_names import venue_names
from publisher.models import Venue

NAMED = [
    ("Accepted by CVPR 2024", "CVPR", 2024),
    ("CVPR2024", "CVPR", 2024),
    ("CVPR 24", "CVPR", 2024),
    ("CVPR'24, 10 pages", "CVPR", 2024),
    ("accepted by AAAI-24", "AAAI", 2024),
    ("ACL24 accepted", "ACL", 2024),
    ("15 pages, eccv, 2024", "ECCV", 2024),
    ("(NeurIPS 2023)", "NeurIPS", 2023),
    ("NIPS 2016", "NeurIPS", 2016),
    ("Neurips2023; project page: https://github.com/a/b", "NeurIPS", 2023),
    ("CVPR 2024: https://a.github.io/", "CVPR", 2024),
    ("To appear in IEEE TVCG", "TVCG", 0),
    ("Accepted to ICLR 2024 (Oral)", "ICLR", 2024),
    ("BMVC 2024 camera-ready version, 12 pages", "BMVC", 2024),
    ("SIGGRAPH Asia 2024 (ACM Transactions on Graphics)", "SIGGRAPH Asia", 2024),
    ("ACM MM'24", "ACM MM", 2024),
    ("Accepted at the 2024 International Conference on 3D Vision", "3DV", 2024),
    ("IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR), 2024", "CVPR", 2024),
    ("Published in Computer Graphics Forum (Jan 2024)", "CGF", 2024),
    ("Accepted to IEEE RA-L", "RA-L", 0),
    ("accepted by IEEE Trans. Pattern Anal. Mach. Intell.", "TPAMI", 0),
    ("Accepted by CVPR 2024 Workshop on X", "CVPR Workshop", 2024),
    ("CVPRW 2024", "CVPR Workshop", 2024),
    ("Workshop on Driving, ECCV 2024", "ECCV Workshop", 2024),
    ("accepted by ABCDE 2024", "ABCDE", 2024),
    ("Extension of our CVPR 2023 paper, accepted by TPAMI", "TPAMI", 0),
    ("Accepted by IJCV. Extended version of our ECCV 2022 paper", "IJCV", 0),
    ("Submitted to ICML, accepted by ICLR 2025", "ICLR", 2025),
    ("Accepted in Nature Communications", "Nature Communications", 0),
    ("accepted at CVPR, 12 pages", "CVPR", 0),
]


@pytest.mark.parametrize(("comment", "name", "year"), NAMED)
def test_named(comment: str, name: str, year: int) -> None:
    assert find_venue(comment) == Venue(name, year)


NONE = [
    "",
    "10 pages, 5 figures",
    "Submitted to CVPR 2024",
    "submit ACM MM 2024",
    "Submited to IEEE Access",
    "Under review at ICLR 2025",
    "IROS 2024 submission",
    "This work has been submitted to the IEEE for possible publication",
    "Code will be released if accepted",
    "Journal extension of our CVPR 2023 paper",
    "Extended version of NeurIPS paper",
    "3rd place of the ECCV 2024 X Challenge",
    "Winner of CVPR 2024 challenge",
    "in CVPR 2024 format",
    "currently under a second round of review in IEEE TIP",
    "https://openaccess.thecvf.com/content/CVPR2024/x.pdf",
    "The nature of science; a chi of 2, MM of ACL tears",
    "COVID-19, GPT-4, CLIP 2024",
    "arXiv admin note: text overlap with arXiv:2311.17061",
]


@pytest.mark.parametrize("comment", NONE)
def test_none(comment: str) -> None:
    assert find_venue(comment) is None


def test_every_name_of_the_table_is_known() -> None:
    names = venue_names()
    for spelling, name in names.shown.items():
        named = find_venue(f"Accepted by {names.ambiguous.get(spelling, spelling)}")
        assert named is not None, spelling
        assert named.name == name


def test_an_ambiguous_name_needs_its_spelling_and_a_year_or_a_word() -> None:
    names = venue_names()
    assert names.ambiguous.keys() <= names.shown.keys()
    for spelling in names.ambiguous.values():
        assert find_venue(f"Accepted by {spelling.swapcase()} 2024") is None, spelling
        assert find_venue(spelling) is None
        assert find_venue(f"{spelling} 2024") is not None


@given(st.text())
def test_any_comment(comment: str) -> None:
    match = find_venue(comment)
    assert match is None or match.name
