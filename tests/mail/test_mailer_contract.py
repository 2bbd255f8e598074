"""Our adapter before a real server, in each way to reach one, and the fake of the steps: the same promises."""

import pytest

from contracts.mailer import MailerContract
from fakes.mailer import FakeMailer
from mail.conftest import Open
from mail.office import Office


class TestInClear(MailerContract):
    @pytest.fixture
    def post(self, open_office: Open) -> Office:
        return open_office("aucun")


class TestStartTls(MailerContract):
    @pytest.fixture
    def post(self, open_office: Open) -> Office:
        return open_office("starttls")


class TestTls(MailerContract):
    @pytest.fixture
    def post(self, open_office: Open) -> Office:
        return open_office("tls")


class TestFakeMailer(MailerContract):
    @pytest.fixture
    def post(self) -> FakeMailer:
        return FakeMailer()
