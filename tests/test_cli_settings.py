"""What the environment says of the server and its platforms, and what cannot work together."""

from __future__ import annotations

import pytest

from bot.config import SLACK_API, Server, Slack, server
from bot.ports import Refusal

PUBLIC = {"AFTERWORD_PUBLIC_URL": "https://afterword.example.org/"}
ONE = {"SLACK_BOT_TOKEN": "xoxb-secret-1", "SLACK_SIGNING_SECRET": "secret-2"}
MANY = {"SLACK_CLIENT_ID": "12.34", "SLACK_CLIENT_SECRET": "secret-3", "SLACK_SIGNING_SECRET": "secret-2"}


def test_nothing_is_on_by_itself() -> None:
    assert server({}) == Server(host="127.0.0.1", port=3978, public_url="", slack=None)
    assert server({"SLACK_API_URL": "https://slack.example.org/api", "SLACK_BOT_TOKEN": "  "}).slack is None


def test_what_a_command_was_given_goes_before_the_environment() -> None:
    env = {"AFTERWORD_HOST": "10.0.0.1", "AFTERWORD_PORT": "80", **PUBLIC}
    assert server(env) == Server("10.0.0.1", 80, "https://afterword.example.org")
    assert server({**env, "AFTERWORD_PORT": "x"}, host="::1", port=81) == Server(
        "::1", 81, "https://afterword.example.org"
    )


@pytest.mark.parametrize(
    ("env", "socket", "many"),
    [
        (ONE, False, False),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}, True, False),
        ({**ONE, "SLACK_APP_TOKEN": "xapp-1"}, True, False),
        ({**MANY, **PUBLIC}, False, True),
        ({**MANY, **PUBLIC, "SLACK_APP_TOKEN": "xapp-1"}, True, True),
        ({**ONE, "SLACK_BOT_TOKEN": "xoxb-1\n"}, False, False),
    ],
)
def test_slack_is_on_when_its_settings_are_there(env: dict[str, str], socket: bool, many: bool) -> None:
    slack = server(env).slack
    assert slack is not None
    assert (slack.socket, slack.many, slack.api_url) == (socket, many, SLACK_API)
    assert not slack.bot_token.endswith("\n")


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-secret"}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_SIGNING_SECRET": "secret"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-secret"}, "SLACK_BOT_TOKEN"),
        ({**MANY, **PUBLIC, "SLACK_CLIENT_SECRET": ""}, "SLACK_CLIENT_SECRET"),
        ({**MANY, **PUBLIC, "SLACK_CLIENT_ID": ""}, "SLACK_CLIENT_ID"),
        ({**MANY, **PUBLIC, "SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET"),
        (MANY, "AFTERWORD_PUBLIC_URL"),
        ({**ONE, **MANY, **PUBLIC}, "leave one of them out"),
        ({**ONE, "SLACK_BOT_TOKEN": "xapp-secret"}, "xoxb-"),
        ({**ONE, "SLACK_BOT_TOKEN": "xoxe.xoxb-secret"}, "twelve hours"),
        ({**ONE, "SLACK_APP_TOKEN": "xoxb-secret"}, "xapp-"),
        ({**ONE, "SLACK_API_URL": "http://slack.example.org/api/"}, "SLACK_API_URL"),
        ({**ONE, "SLACK_API_URL": "https://secret@slack.example.org/api/"}, "SLACK_API_URL"),
        ({**ONE, "SLACK_API_URL": "slack.com"}, "SLACK_API_URL"),
        ({**ONE, "SLACK_API_URL": "https://[secret"}, "SLACK_API_URL"),
        ({"AFTERWORD_PUBLIC_URL": "http://secret.example.org"}, "AFTERWORD_PUBLIC_URL"),
        ({"AFTERWORD_PUBLIC_URL": "secret.example.org"}, "AFTERWORD_PUBLIC_URL"),
        ({"AFTERWORD_PUBLIC_URL": "https://example.org:port/secret"}, "AFTERWORD_PUBLIC_URL"),
        ({"AFTERWORD_PORT": "65536"}, "AFTERWORD_PORT"),
        ({"AFTERWORD_PORT": "0"}, "AFTERWORD_PORT"),
        ({"AFTERWORD_PORT": "９"}, "AFTERWORD_PORT"),
    ],
)
def test_what_cannot_work_is_refused_in_one_line_that_quotes_no_secret(env: dict[str, str], named: str) -> None:
    with pytest.raises(Refusal) as refused:
        server(env)
    words = refused.value.words
    assert named in words
    assert "secret" not in words
    assert "\n" not in words


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/api", "http://localhost/api/", "http://[::1]:9/api/"])
def test_slacks_address_may_be_in_clear_on_this_computer_only(url: str) -> None:
    slack = server({**ONE, "SLACK_API_URL": url}).slack
    assert slack is not None
    assert slack.api_url == url.rstrip("/") + "/"


def test_no_secret_is_in_what_settings_look_like() -> None:
    shown = repr(server({**MANY, **PUBLIC})) + repr(Slack("secret-1", "secret-2", "secret-3", "id", "secret-4"))
    assert "secret-" not in shown
