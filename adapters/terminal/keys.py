"""What each key does. Law: a key that answers does so once; one that leaves always works; no words are lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.key_processor import KeyPress
from prompt_toolkit.keys import Keys

from adapters.terminal.stage import Picked, Stage, Typed, Wanted

#: The key of each way out that is always in sight, in the order of the bar; the others are behind the last one.
BAR = (("F1", "help"), ("F2", "back"), ("F3", "skip"), ("F4", "pause"), ("F5", "safety"), ("F6", "more"))
ESCAPE = ("Esc", "close")

#: What prompt_toolkit would do with these would hide, repeat or take away what was typed.
IGNORED = ("c-z", "c-@", "c-o", "c-q", "c-r", "c-s", "s-insert")
IGNORED_AFTER_ESCAPE = "#-0123456789"


def bindings(stage: Stage) -> KeyBindings:
    keys = KeyBindings()
    _leaving(keys, stage)
    _ways(keys, stage)
    _choosing(keys, stage)
    _writing(keys, stage)
    _looking(keys, stage)
    return keys


def _leaving(keys: KeyBindings, stage: Stage) -> None:
    busy = Condition(lambda: stage.busy)
    keys.add(Keys.Any, filter=busy, eager=True)(lambda event: _ahead(stage, event.key_sequence[0]))
    for key in ("c-c", "c-d", "<sigint>"):
        keys.add(key, eager=True)(lambda event: stage.leave())
    for key in IGNORED:
        keys.add(key)(lambda event: None)
    for key in IGNORED_AFTER_ESCAPE:
        keys.add("escape", key)(lambda event: None)


def _ahead(stage: Stage, press: KeyPress) -> None:
    """Words wait for the next place; what is no more than a second tap on the same thing is no answer to it."""
    if press.key == Keys.BracketedPaste:
        stage.ahead += press.data.replace("\r\n", "\n").replace("\r", "\n")
    elif press.key == Keys.Backspace:
        stage.ahead = stage.ahead[:-1]
    elif press.key in (Keys.Enter, Keys.ControlJ):
        stage.ahead += "\n" if stage.ahead else ""
    elif not isinstance(press.key, Keys) and (stage.ahead or press.key not in " 0123456789"):
        stage.ahead += press.key


def _ways(keys: KeyBindings, stage: Stage) -> None:
    """The keys of the bar, and Tab, which goes there for who has no such keys."""
    in_bar = Condition(lambda: stage.looking.way is not None)
    for key, _ in BAR:
        keys.add(key.lower())(_wanting(stage, key))
    keys.add("tab")(lambda event: _along(stage, 1))
    keys.add("s-tab")(lambda event: _along(stage, -1))
    for key, by in (("right", 1), ("down", 1), ("left", -1), ("up", -1)):
        keys.add(key, filter=in_bar, eager=True)(_going(stage, by))
    keys.add("escape", filter=in_bar, eager=True)(lambda event: stage.look(way=None))
    keys.add("enter", filter=in_bar, eager=True)(lambda event: _take(stage))
    keys.add(Keys.Any, filter=in_bar)(lambda event: _back_to_typing(stage, event))


def _wanting(stage: Stage, key: str) -> Callable[[KeyPressEvent], None]:
    def want(event: KeyPressEvent) -> None:
        for one, option in stage.view.ways:
            if one == key:
                stage.give(Wanted(option.id))

    return want


def _going(stage: Stage, by: int) -> Callable[[KeyPressEvent], None]:
    return lambda event: _along(stage, by)


def _along(stage: Stage, by: int) -> None:
    number, now = len(stage.view.ways), stage.looking.way
    start = 0 if by > 0 else number - 1
    stage.look(way=start if now is None else (now + by) % number)


def _take(stage: Stage) -> None:
    if stage.looking.way is not None:
        stage.give(Wanted(stage.view.ways[stage.looking.way][1].id))


def _back_to_typing(stage: Stage, event: KeyPressEvent) -> None:
    stage.look(way=None)
    event.key_processor.feed(event.key_sequence[0], first=True)


# Choosing


def _choosing(keys: KeyBindings, stage: Stage) -> None:
    choosing = Condition(lambda: not stage.writing and stage.looking.way is None)
    rating = Condition(lambda: stage.view.message.input == "scale")
    for digit in "0123456789":
        keys.add(digit, filter=choosing)(_digit(stage, int(digit)))
    for key, by in (("down", 1), ("up", -1)):
        keys.add(key, filter=choosing)(_pointing(stage, by))
    for key, by in (("right", 1), ("left", -1)):
        keys.add(key, filter=choosing & rating)(_pointing(stage, by))
    keys.add(" ", filter=choosing)(lambda event: _space(stage))
    keys.add("enter", filter=choosing)(lambda event: _enter(stage))
    keys.add("c-j", filter=choosing)(lambda event: _enter(stage))


def _digit(stage: Stage, digit: int) -> Callable[[KeyPressEvent], None]:
    """A digit is a tap, unless a longer number may begin with it: then it opens the input line. What has not been in
    sight cannot be answered; any key goes on to it."""

    def tap(event: KeyPressEvent) -> None:
        number = len(stage.view.message.choices)
        if not stage.drawn.reached:
            _turn(stage, 1)
        elif digit and digit <= number < digit * 10:
            _tap(stage, digit - 1)
        elif digit <= number and digit:
            stage.line.insert_text(str(digit))
        else:
            stage.notice(stage.view.words.how)

    return tap


def _tap(stage: Stage, number: int) -> None:
    option = stage.view.message.choices[number]
    if stage.view.message.input != "multi":
        stage.give(Picked((option.id,)))
        return
    _mark(stage, number)
    stage.view = replace(stage.view, pointer=None, tapped=number)


def _mark(stage: Stage, number: int) -> None:
    stage.point(number)
    stage.view = replace(stage.view, ticked=stage.view.ticked ^ {stage.view.message.choices[number].id})


def _pointing(stage: Stage, by: int) -> Callable[[KeyPressEvent], None]:
    """On to the next choice; while what is to be read first goes on below, on to that."""

    def move(event: KeyPressEvent) -> None:
        last, now = len(stage.view.message.choices) - 1, _here(stage)
        if now is None and by > 0 and not stage.drawn.reached:
            stage.look(top=stage.drawn.top + 1)
        elif by < 0 and now in (None, 0) and stage.drawn.top > 0:
            stage.look(top=stage.drawn.top - 1, follow=False)
        else:
            stage.point(max(0, min(last, now + by)) if now is not None else 0 if by > 0 else last)

    return move


def _here(stage: Stage) -> int | None:
    return stage.view.tapped if stage.view.pointer is None else stage.view.pointer


def _space(stage: Stage) -> None:
    """Marks what is pointed at. Behind a number, which has marked something itself, it only parts it from the next."""
    if not stage.drawn.reached or (_here(stage) is None and stage.drawn.more):
        _turn(stage, 1)
    elif stage.view.message.input == "multi" and stage.view.pointer is not None:
        _mark(stage, stage.view.pointer)


def _enter(stage: Stage) -> None:
    message, pointer = stage.view.message, stage.view.pointer
    if not stage.drawn.reached or (_here(stage) is None and stage.drawn.more):
        _turn(stage, 1)
    elif message.input == "multi":
        stage.give(Picked(tuple(option.id for option in message.choices if option.id in stage.view.ticked)))
    elif pointer is not None:
        stage.give(Picked((message.choices[pointer].id,)))
    else:
        stage.notice(stage.view.words.how)


# Writing


def _writing(keys: KeyBindings, stage: Stage) -> None:
    writing = Condition(lambda: stage.writing)
    no_box = Condition(lambda: stage.view.message.input != "text")
    keys.add("enter", filter=writing)(lambda event: _send(stage, event))
    keys.add("c-j", filter=writing)(lambda event: event.current_buffer.newline(copy_margin=False))
    keys.add("escape", "enter", filter=writing)(lambda event: event.current_buffer.newline(copy_margin=False))
    keys.add("up", filter=writing)(lambda event: stage.row(-1))
    keys.add("down", filter=writing)(lambda event: stage.row(1))
    keys.add("escape", filter=no_box, eager=True)(lambda event: stage.line.reset())


def _send(stage: Stage, event: KeyPressEvent) -> None:
    """An Enter that comes in one go with letters behind it is part of a paste, in a terminal that does not mark one."""
    if any(not isinstance(press.key, Keys) for press in event.key_processor.input_queue):
        event.current_buffer.newline(copy_margin=False)
    else:
        stage.give(Typed(event.current_buffer.text))


# Looking around


def _looking(keys: KeyBindings, stage: Stage) -> None:
    has_escape = Condition(lambda: any(key == ESCAPE[0] for key, _ in stage.view.ways) and not stage.writing)
    keys.add("pageup")(lambda event: _turn(stage, -1))
    keys.add("pagedown")(lambda event: _turn(stage, 1))
    keys.add("escape", filter=has_escape & ~Condition(lambda: stage.looking.way is not None), eager=True)(
        _wanting(stage, ESCAPE[0])
    )


def _turn(stage: Stage, by: int) -> None:
    """A screenful on or back, two lines of which stay."""
    stage.look(top=stage.drawn.top + by * max(stage.drawn.height - 2, 1), follow=False)
