"""Which addresses our token may go to: a table, and what is generally so."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from yarl import URL

from adapters.teams.service_urls import ServiceUrls, on_loopback

FAKE = "http://127.0.0.1:3999/connector"
CLOUD = "https://smba.infra.gov.teams.microsoft.us/teams/"
PLAIN, ANONYMOUS, FURTHER = ServiceUrls(), ServiceUrls(loopback=True), ServiceUrls(further=(FAKE, CLOUD))

ADMITTED = [
    "https://smba.trafficmanager.net",
    "https://smba.trafficmanager.net/",
    "https://smba.trafficmanager.net/teams/",
    "https://smba.trafficmanager.net/amer/0f0f0f0f-0000-4000-8000-000000000000/",
    "https://smba.trafficmanager.net:443/emea/",
    "https://smba.infra.gcc.teams.microsoft.com/teams",
    "https://SMBA.TrafficManager.NET/teams/",
    "HTTPS://smba.trafficmanager.net/teams/",
    "https://webchat.botframework.com/",
    "https://europe.directline.botframework.com/",
    "https://a-b.c0.botframework.com:443",
    "https://smba.trafficmanager.net/a/../b//c/%2e%2e/",
]

REFUSED = {
    "nothing": "",
    "a slash": "/",
    "no scheme": "smba.trafficmanager.net/teams/",
    "no host": "https:///teams/",
    "two slashes": "//smba.trafficmanager.net/",
    "http": "http://smba.trafficmanager.net/",
    "another scheme": "ftp://smba.trafficmanager.net/",
    "a socket": "wss://smba.trafficmanager.net/",
    "a file": "file://smba.trafficmanager.net/",
    "no slashes": "https:smba.trafficmanager.net/",
    "three slashes": "https:///smba.trafficmanager.net/",
    "another name of Traffic Manager": "https://evil.trafficmanager.net/",
    "one that only ends alike": "https://evilsmba.trafficmanager.net/",
    "one with a hyphen": "https://evil-smba.trafficmanager.net/",
    "one above": "https://trafficmanager.net/",
    "one that only begins alike": "https://smba.trafficmanager.net.evil.com/",
    "one that goes on": "https://smba.trafficmanager.network/",
    "another dot": "https://smbaxtrafficmanager.net/",
    "botframework.com itself": "https://botframework.com/",
    "one that only ends like it": "https://evilbotframework.com/",
    "one that only begins like it": "https://api.botframework.com.evil.com/",
    "another top level": "https://api.botframework.co/",
    "a user": "https://smba.trafficmanager.net@evil.com/",
    "a user before a good host": "https://evil.com@smba.trafficmanager.net/",
    "a password": "https://a:b@smba.trafficmanager.net/",
    "an empty user": "https://@smba.trafficmanager.net/",
    "a user in the path": "https://smba.trafficmanager.net/@evil.com/",
    "a port for a password": "https://smba.trafficmanager.net:443@evil.com/",
    "a query": "https://smba.trafficmanager.net/?to=evil.com",
    "an empty query": "https://smba.trafficmanager.net/?",
    "a query at once": "https://smba.trafficmanager.net?x",
    "a good host in a query": "https://evil.com?.botframework.com/",
    "a fragment": "https://smba.trafficmanager.net/#a",
    "an empty fragment": "https://smba.trafficmanager.net/#",
    "a good host in a fragment": "https://evil.com#.botframework.com/",
    "a good host in a path": "https://evil.com/.botframework.com/",
    "another port": "https://smba.trafficmanager.net:8443/",
    "port 80": "https://smba.trafficmanager.net:80/",
    "an empty port": "https://smba.trafficmanager.net:/",
    "a port with a zero": "https://smba.trafficmanager.net:0443/",
    "a port of other digits": "https://smba.trafficmanager.net:４４３/",
    "a port that goes on": "https://smba.trafficmanager.net:4430/",
    "a dot at the end": "https://smba.trafficmanager.net./",
    "a dot at the beginning": "https://.smba.trafficmanager.net/",
    "two dots": "https://a..botframework.com/",
    "a backslash in the host": "https://evil.com\\.botframework.com/",
    "a backslash before the host": "https:\\\\smba.trafficmanager.net/",
    "a backslash in the path": "https://smba.trafficmanager.net/\\evil.com",
    "a backslash and a user": "https://evil.com\\@smba.trafficmanager.net/",
    "a space before": " https://smba.trafficmanager.net/",
    "a space behind": "https://smba.trafficmanager.net/ ",
    "a space within": "https://smba.trafficmanager.net/a b",
    "a tab": "https://smba.traffic\tmanager.net/",
    "a line": "https://smba.trafficmanager.net/\n",
    "a line before": "\nhttps://smba.trafficmanager.net/",
    "a line in the host": "https://evil.com\n.botframework.com/",
    "a carriage return": "https://smba.trafficmanager.net\r/",
    "a null": "https://smba.trafficmanager.net\0.evil.com/",
    "a delete": "https://smba.trafficmanager.net/\x7f",
    "a no-break space": "https://smba.trafficmanager.net/\xa0",
    "a wide space": "\u3000https://smba.trafficmanager.net/",
    "a mark of byte order": "\ufeffhttps://smba.trafficmanager.net/",
    "an invisible character": "https://smba\u200b.trafficmanager.net/",
    "a Cyrillic letter": "https://smbа.trafficmanager.net/",
    "a long s": "https://ſmba.trafficmanager.net/",
    "a Kelvin sign": "https://api.botframewor\u212a.com/",
    "a wide dot": "https://api。botframework.com/",
    "a wide slash": "https://evil.com／.botframework.com/",
    "an account-of sign": "https://evil.com℀.botframework.com/",
    "a surrogate": "https://smba.trafficmanager.net/\udcff",
    "punycode": "https://xn--smb-5cd.trafficmanager.net/",
    "punycode below a good name": "https://xn--e1afmkfd.botframework.com/",
    "a coded host": "https://%65vil.botframework.com/",
    "a coded dot": "https://evil%2ecom.botframework.com/",
    "a coded slash": "https://evil.com%2f.botframework.com/",
    "an underscore": "https://a_b.botframework.com/",
    "a star": "https://*.botframework.com/",
    "a hyphen first": "https://-a.botframework.com/",
    "a hyphen last": "https://a-.botframework.com/",
    "a label too long": f"https://{'a' * 64}.botframework.com/",
    "an address without end": "https://smba.trafficmanager.net/" + "a" * 2000,
    "braces": "https://smba.trafficmanager.net/{conversationId}/",
    "an address of the network": "https://10.0.0.1/",
    "metadata of the cloud": "http://169.254.169.254/metadata/instance",
    "metadata over TLS": "https://169.254.169.254/",
    "metadata as a number": "http://2852039166/",
    "metadata by name": "http://metadata.google.internal/",
    "metadata of IPv6": "http://[fd00:ec2::254]/",
    "IPv6": "https://[2001:db8::1]/",
    "IPv6 with a good zone": "https://[::1%25.botframework.com]/",
    "a broken bracket": "https://[smba.trafficmanager.net/",
    "a bracket behind": "https://smba.trafficmanager.net]/",
    "all addresses": "http://0.0.0.0/",
    "all addresses of IPv6": "http://[::]/",
    "loopback that goes on": "http://127.0.0.1.evil.com/",
    "loopback as a user": "http://127.0.0.1@evil.com/",
    "loopback as a user with a port": "http://localhost:80@evil.com/",
    "a short loopback": "http://127.1/",
    "loopback as a number": "http://2130706433/",
    "loopback in hexadecimals": "http://0x7f000001/",
    "loopback in octals": "http://0177.0.0.1/",
    "loopback with a zero before": "http://127.0.0.01/",
    "loopback beyond its bytes": "http://127.0.0.256/",
    "loopback of five parts": "http://127.0.0.0.1/",
    "mapped loopback": "http://[::ffff:127.0.0.1]/",
    "loopback with a zone": "http://[::1%25lo]/",
    "loopback without brackets": "http://::1/",
    "localhost that goes on": "http://localhost.evil.com/",
    "localhost below another": "http://evil.localhost/",
    "localhost with a dot": "http://localhost./",
    "localhost with a query": "http://localhost/?a",
    "localhost with a fragment": "http://localhost/#a",
    "localhost over TLS": "https://localhost/",
    "port 0": "http://localhost:0/",
    "a port beyond the last": "http://localhost:65536/",
    "an empty port of localhost": "http://localhost:/",
    "localhost with a backslash": "http://localhost\\@evil.com/",
}

OURS = [
    "http://localhost", "http://localhost:56150/_connector", "http://LocalHost:3978/", "http://127.0.0.1/",
    "http://127.0.0.1:65535", "http://127.255.255.254:1/", "http://[::1]", "http://[::1]:3978/_connector/",
]  # fmt: skip


@pytest.mark.parametrize("url", ADMITTED)
def test_an_address_of_microsofts_connector_is_admitted(url: str) -> None:
    assert PLAIN.admits(url)
    assert not ANONYMOUS.admits(url), "there nothing leaves this computer"
    assert FURTHER.admits(url)


@pytest.mark.parametrize("how", REFUSED)
def test_an_address_is_refused_with(how: str) -> None:
    assert not PLAIN.admits(REFUSED[how])
    assert not ANONYMOUS.admits(REFUSED[how])
    assert not FURTHER.admits(REFUSED[how])


@pytest.mark.parametrize("url", OURS)
def test_this_machine_is_admitted_only_in_anonymous_mode(url: str) -> None:
    assert ANONYMOUS.admits(url)
    assert on_loopback(url)
    assert not PLAIN.admits(url)
    assert not FURTHER.admits(url)


@pytest.mark.parametrize("url", [FAKE, FAKE + "/", CLOUD, CLOUD[:-1]])
def test_a_further_address_is_admitted_as_it_is_written_and_with_or_without_its_last_slash(url: str) -> None:
    assert FURTHER.admits(url)
    assert not PLAIN.admits(url)


@pytest.mark.parametrize(
    "url",
    [
        FAKE + "/more", FAKE.replace("3999", "3998"), FAKE.upper(), FAKE + "?a", FAKE + "#", FAKE + "/#", FAKE + " ",
        FAKE + "\n", " " + FAKE, FAKE.replace("http", "https"), "http://127.0.0.1:3999", CLOUD + "x",
        CLOUD.replace("https", "http"), CLOUD.replace("smba", "SMBA"), "https://a@smba.infra.gov.teams.microsoft.us/teams/",
        "https://smba.infra.gov.teams.microsoft.us/", "https://smba.infra.gov.teams.microsoft.us:443/teams/",
    ],
)  # fmt: skip
def test_a_further_address_admits_no_other(url: str) -> None:
    assert not FURTHER.admits(url)


@pytest.mark.parametrize("entry", ["", "/", " ", "*", "https://a b/", "https://a\\b/", "https://é.example/"])
def test_an_entry_that_is_no_address_admits_nothing(entry: str) -> None:
    careless = ServiceUrls(further=(entry,))
    assert not any(careless.admits(url) for url in (entry, "", "/", "//", " ", "https://evil.com/"))


SMBA = ("smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com")


def theirs(host: str) -> bool:
    """The rule again, in other words."""
    return host in SMBA or host.endswith(".botframework.com")


def ours(host: str) -> bool:
    return host == "localhost" or ip_address(host).is_loopback


PIECES = st.sampled_from(
    [
        "https://", "http://", "HTTPS://", "https:", "//", "/", "\\", "@", ":", ":443", ":80", "?", "#", ".", "..",
        "%2e", "%2f", " ", "\t", "\n", "\0", "[", "]", "[::1]", "127.0.0.1", "localhost", "169.254.169.254", "smba",
        "trafficmanager", "net", "smba.trafficmanager.net", ".botframework.com", "botframework.com", "evil",
        "evil.com", "xn--", "-", "_", "a", "ſ", "。", "／", "é", "０", "{}", "$&", "teams",
    ]
)  # fmt: skip


@st.composite
def nearly(draw: st.DrawFn) -> str:
    """A good address with a thing put in anywhere."""
    good, thing = draw(st.sampled_from([*ADMITTED, *OURS])), draw(PIECES)
    at = draw(st.integers(0, len(good)))
    return good[:at] + thing + good[at:]


ADDRESSES = st.one_of(
    st.text(),
    st.lists(PIECES, max_size=9).map("".join),
    st.lists(PIECES, max_size=6).map(lambda parts: "https://" + "".join(parts)),
    nearly(),
    nearly(),
)


@settings(deadline=None, max_examples=1000)
@given(ADDRESSES, st.booleans())
@example("https://evil.com\\.botframework.com/", False)
@example(" https://smba.trafficmanager.net/", False)
def test_no_address_is_admitted_that_any_reader_takes_to_another_host(url: str, loopback: bool) -> None:
    if not ServiceUrls(loopback=loopback).admits(url):
        return
    split, read = urlsplit(url), URL(url)
    assert url.isascii()
    assert split.hostname == read.host == (read.raw_host or "").lower()
    assert (split.username, split.password, split.query, split.fragment) == (None, None, "", "")
    assert (read.user, read.password, read.query_string, read.fragment) == (None, None, "", "")
    host = split.hostname or ""
    if theirs(host):
        assert (split.scheme, split.port in (None, 443), read.port) == ("https", True, 443)
        assert re.fullmatch(r"[a-z0-9.-]+", host)
    else:
        assert loopback
        assert split.scheme == "http"
        assert ours(host)


@settings(deadline=None, max_examples=300)
@given(ADDRESSES, ADDRESSES)
def test_a_further_entry_admits_itself_alone(entry: str, url: str) -> None:
    if not PLAIN.admits(url) and ServiceUrls(further=(entry,)).admits(url):
        assert url.rstrip("/") == entry.rstrip("/")


def test_the_address_list_can_be_compared_and_changed_by_nobody() -> None:
    assert ServiceUrls(("https://a/",)) == ServiceUrls(("https://a/",))
    with pytest.raises(AttributeError):
        PLAIN.loopback = True  # type: ignore[misc]
