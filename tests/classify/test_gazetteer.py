"""Places, what they lie in, and whose they are."""

import pytest

from mailbot.classify.gazetteer import read_gazetteer
from mailbot.errors import ConfigurationError
from tests.classify.office_files import JURISDICTIONS, LOCALITIES, PINS, PLACES, TYPE_WORDS, gazetteer, place_files

GAZETTEER = gazetteer()


def faults(**changes: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read_gazetteer(place_files(**changes))
    return [str(fault) for fault in caught.value.faults]


def test_a_place_lies_in_others_up_to_the_state() -> None:
    assert GAZETTEER.chain("BL-BAN-ONDA") == ("BL-BAN-ONDA", "SD-BAN-BANKURA", "WB-BAN", "WB")
    assert GAZETTEER.district("BL-BAN-ONDA") == "WB-BAN"
    assert GAZETTEER.district("WB") == ""


def test_an_area_without_a_jurisdiction_has_that_of_what_it_lies_in() -> None:
    assert GAZETTEER.health_district("BL-BAN-ONDA") == "HD-BAN"
    assert GAZETTEER.health_district("MU-BAN-BISHNUPUR") == "HD-BIS"
    assert GAZETTEER.police_unit("MC-HOW-HOWRAH") == "PC-HOW"
    assert GAZETTEER.police_unit("BL-HOW-SURI-I") == "PD-HOW"


def test_a_district_has_a_unit_only_when_all_of_it_has_the_same() -> None:
    assert GAZETTEER.police_unit("WB-BAN") == "PD-BAN"
    assert GAZETTEER.police_unit("WB-HOW") == ""
    assert GAZETTEER.health_district("WB-BAN") == ""


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("WB-BAN,district,Twice,,WB,", "code: WB-BAN stands already in line 3"),
        ("BL-X,block,X,,NOWHERE,", "parent_code: unknown place 'NOWHERE'"),
        ("BL-X,block,X,,,", "parent_code: only the State lies in nothing"),
        ("BL-X,hamlet,X,,WB,", "kind: 'hamlet' is not one of"),
        ("BL-X,block,,,WB,", "name_en: must not be empty"),
        ("BL-X,block,X,,BL-X,", "parent_code: BL-X lies, in the end, in itself"),
    ],
)
def test_a_wrong_place_is_named_with_line_and_column(row: str, fault: str) -> None:
    found = faults(places=PLACES + row + "\n")
    line = PLACES.count("\n") + 1
    assert any(each.startswith(f"places.csv:{line}: {fault}") for each in found)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"localities": LOCALITIES + "locality,X,,,NOWHERE,\n"}, "place_code: unknown place 'NOWHERE'"),
        ({"localities": LOCALITIES + "locality,X,,,WB-BAN,WB-BAN\n"}, "police_code: WB-BAN is a district"),
        ({"localities": LOCALITIES + "well,X,,,WB-BAN,\n"}, "kind: 'well' is not one of"),
        ({"jurisdictions": JURISDICTIONS + "WB-BAN,PD-BAN,PD-BAN\n"}, "health_code: PD-BAN is a police_district"),
        ({"jurisdictions": JURISDICTIONS + "SD-HOW-SADAR,PD-HOW,HD-HOW\n"}, "area_code: SD-HOW-SADAR stands twice"),
        ({"typewords": TYPE_WORDS + "moon,both,x\n"}, "meaning: unknown meaning 'moon'"),
        ({"typewords": TYPE_WORDS + "block,above,x\n"}, "side: unknown side 'above'"),
        ({"pins": PINS + "7221,WB-BAN\n"}, "pin: '7221' is not six digits"),
        ({"pins": PINS + "722144,WB-BAN\n"}, "pin: 722144 stands twice"),
        ({"pins": PINS + "722145,WB-X\n"}, "districts: unknown place 'WB-X'"),
    ],
)
def test_a_wrong_row_of_the_other_tables_is_named(changes: dict[str, str], fault: str) -> None:
    (name,) = changes
    line = changes[name].count("\n")
    assert any(f"{name}.csv:{line}: {fault}" in each for each in faults(**changes))


def test_faults_of_all_files_are_told_at_once() -> None:
    found = faults(places=PLACES + "BL-X,hamlet,X,,WB,\n", pins=PINS + "1,WB\n", noise="phrase\nNabanna\n")
    assert {each.split(":")[0] for each in found} == {"places.csv", "pins.csv", "noise.csv"}
