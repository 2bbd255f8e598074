"""`[conservation]`: a duration may be longer than the law's, never shorter."""

import pytest
from pydantic import ValidationError

from dematfin.config.retention import RetentionSettings
from dematfin.domain.retention.classes import LAWS, USUAL, Fate, Kind, Rule


def test_what_is_not_said_is_as_the_law_says() -> None:
    assert RetentionSettings().rules().of == USUAL
    assert all(USUAL[kind].dua >= law.least for kind, law in LAWS.items())


@pytest.mark.parametrize("kind", [kind for kind, law in LAWS.items() if law.least])
def test_a_shorter_one_than_the_law_is_refused_and_a_longer_one_taken(kind: Kind) -> None:
    with pytest.raises(ValidationError, match=f"conservation.{kind}.dua vaut 9 .* jamais raccourcie"):
        RetentionSettings.model_validate({str(kind): {"dua": 9}})
    longer = RetentionSettings.model_validate({str(kind): {"dua": 30, "sort": "C"}}).rules()
    assert longer.of[kind] == Rule(dua=30, fate=Fate.KEPT)
    assert LAWS[kind].verified


def test_what_no_text_says_is_a_setting() -> None:
    assert RetentionSettings.model_validate({"lots_ecartes": {"dua": 0}}).rules().of[Kind.WASTE].dua == 0
    assert not LAWS[Kind.WASTE].verified
