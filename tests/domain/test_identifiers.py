"""Identifiers with a key: one wrong digit is always seen."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dematfin.domain.parties import iban, siret

DIGITS = st.text("0123456789", min_size=1)


def with_key(body: str) -> str:
    """Complete thirteen digits by the Luhn key, written another way than the product's."""
    total = 0
    for place, digit in enumerate(body):
        value = int(digit) * (2 if (len(body) - place) % 2 else 1)
        total += sum(map(int, str(value)))
    return body + str(-total % 10)


SIRETS = st.text("0123456789", min_size=13, max_size=13).map(with_key)


@given(SIRETS)
def test_a_right_key_is_accepted_however_it_is_typed(number: str) -> None:
    assert siret.parse(f" {number[:3]} {number[3:6]}-{number[6:9]}.{number[9:]} ") == number


@given(number=SIRETS, place=st.integers(0, 13), digit=st.integers(0, 9))
def test_one_wrong_digit_is_refused(number: str, place: int, digit: int) -> None:
    wrong = number[:place] + str(digit) + number[place + 1 :]
    assume(wrong != number and not wrong.startswith("356000000"))
    with pytest.raises(siret.InvalidSiret):
        siret.parse(wrong)


@pytest.mark.parametrize("text", ["", "1234567890123", "123456789012345", "1234567890123a", "١٢٣٤٥٦٧٨٩٠١٢٣٤"])
def test_fourteen_ascii_digits_or_nothing(text: str) -> None:
    assert not siret.is_valid(text)


@given(st.integers(0, 99_999))
def test_la_poste_counts_otherwise(nic: int) -> None:
    number = f"356000000{nic:05d}"
    expected = sum(map(int, number)) % 5 == 0 or with_key(number[:-1]) == number
    assert siret.is_valid(number) == expected


def iban_of(account: str) -> str:
    rest = int("".join(str(int(sign, 36)) for sign in account + "FR00")) % 97
    return f"FR{98 - rest:02d}{account}"


IBANS = st.text("0123456789ABCXYZ", min_size=23, max_size=23).map(iban_of)


@given(IBANS)
def test_an_iban_with_its_key_is_accepted_in_groups_of_four(number: str) -> None:
    grouped = " ".join(number[place : place + 4] for place in range(0, len(number), 4))
    assert iban.parse(grouped.lower()) == number


@given(number=IBANS, place=st.integers(4, 26), sign=st.sampled_from("0123456789"))
def test_one_wrong_digit_of_an_iban_is_refused_and_hidden(number: str, place: int, sign: str) -> None:
    assume(number[place].isdigit() and number[place] != sign)
    wrong = number[:place] + sign + number[place + 1 :]
    with pytest.raises(iban.InvalidIban) as caught:
        iban.parse(wrong)
    assert wrong[6:20] not in str(caught.value)
