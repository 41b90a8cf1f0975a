"""A person's pages on their phone: by a link that runs out, asked before anything changes."""

import re
import time
from typing import Any

import pytest

from filled import begin

pytest.importorskip("django", reason="the extra `web` is not installed")

pytestmark = pytest.mark.xdist_group("web")


def test_a_link_takes_the_person_over_to_another_browser(client: Any, settings_lan: None) -> None:
    from django.test import Client

    person = begin(client, "Ada Zanzibar")
    text = client.get(f"/p/{person}/phone/").content.decode()
    link = re.search(r"http://192\.168\.1\.20(?::\d+)?(/on-phone/[^<\s]+/)", text)
    assert link is not None and "<svg" in text and " style=" not in text
    phone = Client(HTTP_HOST="192.168.1.20")
    begin(phone, "Somebody else")
    asked = phone.get(link.group(1))
    assert asked.status_code == 200 and "Zanzibar" not in asked.content.decode()
    assert phone.get(f"/p/{person}/").status_code == 404  # a link alone changes nothing
    assert phone.post(link.group(1))["Location"] == f"/p/{person}/"
    assert phone.get(f"/p/{person}/").status_code == 200
    assert "Somebody else" in phone.get("/").content.decode()  # whoever was there stays


def test_a_link_runs_out_and_cannot_be_made_up(
    client: Any, settings_lan: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.core import signing
    from django.test import Client

    person = begin(client)
    text = client.get(f"/p/{person}/phone/").content.decode()
    link = re.findall(r"/on-phone/[^<\s]+/", text)[0]
    now = time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 601)
    late = Client(HTTP_HOST="192.168.1.20")
    assert late.post(link).status_code == 404 and late.get(f"/p/{person}/").status_code == 404
    assert late.post(f"/on-phone/{person}/").status_code == 404
    monkeypatch.setattr(signing.time, "time", lambda: now)
    client.post(f"/p/{person}/data/delete/", {"sure": "yes"})
    assert late.post(link).status_code == 404


def test_without_a_home_network_it_says_how(client: Any) -> None:
    person = begin(client)
    text = client.get(f"/p/{person}/phone/").content.decode()
    assert "psoas serve --lan" in text and "<svg" not in text


@pytest.fixture
def settings_lan(data: Any) -> Any:
    """As `psoas serve --lan 192.168.1.20` sets it."""
    from django.test import override_settings

    with override_settings(LAN="192.168.1.20", ALLOWED_HOSTS=["127.0.0.1", "192.168.1.20"]):
        yield
