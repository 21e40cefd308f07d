"""`new-show`: what is asked, how answers are read, and a folder that is right from the first moment, or none."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.__main__ import main
from bot.core.errors import OperatorError
from bot.core.show import ReleaseKind, Show
from bot.dataset.catalogue import examine
from bot.dataset.command import new_show
from bot.dataset.drafts import Draft, write
from bot.dataset.interview import QUESTIONS
from tests.dataset.test_broken import HERE, small_show

ROOT = HERE.parent.parent

#: What is enough where nobody is asked.
ENOUGH: dict[str, str | list[str]] = {
    "title": "Paper Boats",
    "language": "pt",
    "country": "PT",
    "zone": "Europe/Lisbon",
    "network": "Canal Nine",
    "episodes": "4",
    "source": ["https://canal-nine.example/paper-boats"],
}


def find_zone(typed: str) -> str:
    """The zones of two places."""
    try:
        return {"Lisbon": "Europe/Lisbon", "South Korea": "Asia/Seoul"}[typed]
    except KeyError:
        raise ValueError(f"`{typed}` is no place that is known here") from None


def made(data: Path, **options: str | list[str]) -> Show:
    """The show that these options, beside those that are enough, make."""
    given = {**ENOUGH, **{name.replace("_", "-"): value for name, value in options.items()}}
    assert new_show(data, given, find_zone=find_zone, ask=None, out=io.StringIO()) == 0
    found = examine(data)
    assert (found.problems, found.hints) == ((), ())
    assert found.catalogue is not None
    (show,) = found.catalogue.shows.values()
    return show


def asked(data: Path, *typed: str, **given: str | list[str]) -> tuple[int, str, list[str]]:
    """What comes of typing this: the exit code, what was printed, and the prompts."""
    lines = iter(typed)
    prompts: list[str] = []

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    out = io.StringIO()
    code = new_show(data, given, find_zone=find_zone, ask=ask, out=out)
    return code, out.getvalue(), prompts


def days(show: Show) -> list[str | None]:
    found = []
    for episode in show.episodes:
        at = None if episode.broadcast is None else episode.broadcast.at
        found.append(None if at is None else str(at.day))
    return found


def refusal(data: Path, **options: str | list[str]) -> OperatorError:
    with pytest.raises(OperatorError) as refused:
        made(data, **options)
    assert not (data / "shows").exists()
    return refused.value


class TestAsking:
    def test_a_whole_conversation(self, tmp_path: Path) -> None:
        code, said, prompts = asked(
            tmp_path,
            "",
            "  Paper   Boats ",
            "종이배",
            "",
            "Elvish",
            "Korean",
            "",
            "",
            "Canal Nine",
            "radio",
            "television",
            "four",
            "4",
            "mon, tue",
            "2027-03-03",
            "2027-03-02",
            "9pm",
            "canal-nine.example",
            "https://www.canal-nine.example/paper-boats",
            "https://www.canal-nine.example/paper-boats",
            "https://fans.example/",
            "",
        )
        assert code == 0
        for reason in (
            "There has to be an answer.",
            "`Elvish` is no language that is known here; type its name, or its code such as `ko`.",
            "Type `broadcast` (television) or `streaming`.",
            "Type a whole number from 1 to 2,000.",
            "2027-03-03 is a Wednesday, which is none of the weekdays that you named; give another date.",
            "Copy the whole address of the page, beginning with https://.",
        ):
            assert said.count(f"  {reason}\n") == 1, reason
        # What is usual is offered.
        assert [prompt for prompt in prompts if prompt.startswith("[")] == [
            *("[paper-boats] > ", "[KR] > ", "[Asia/Seoul] > ", "[broadcast] > ", "[broadcast] > "),
        ]
        found = examine(tmp_path)
        assert (found.problems, found.hints) == ((), ())
        assert found.catalogue is not None
        show = found.catalogue.shows["paper-boats"]
        assert (show.title.to("en"), show.title.to("ko"), show.native_title) == ("Paper Boats", "종이배", "종이배")
        assert (show.language, show.country, show.zone, show.network) == ("ko", "KR", "Asia/Seoul", "Canal Nine")
        assert days(show) == ["2027-03-02", "2027-03-08", "2027-03-09", "2027-03-15"]
        at = show.episodes[0].releases[0].at
        assert at is not None
        assert at.printed() == "21:00"
        assert [(source.publisher, source.covers) for source in show.sources.values()] == [
            ("canal-nine.example", 4),
            ("fans.example", 4),
        ]
        assert f"Written to {tmp_path}/shows/paper-boats" in said
        assert "python -m bot demo --watch --show paper-boats --at 2027-03-02" in said

    def test_every_question_says_in_a_line_what_it_is_for(self, tmp_path: Path) -> None:
        _, said, _ = asked(tmp_path, "Paper Boats")
        assert "\nWhat is the show called?\n  Its title in English, as people type it.\n" in said
        for question in QUESTIONS:
            assert question.asked.endswith("?")
            assert question.help.endswith(".")
            assert "\n" not in question.help

    def test_what_an_option_says_is_not_asked(self, tmp_path: Path) -> None:
        code, said, prompts = asked(tmp_path, "", "", "", "", "", "", **ENOUGH)
        assert code == 0
        assert "What is the show called?" not in said
        assert len(prompts) == 5
        assert "On which day does the first come out?" not in said

    @pytest.mark.parametrize("count", range(len(ENOUGH)))
    def test_answers_that_end_leave_nothing_behind(self, count: int, tmp_path: Path) -> None:
        data = tmp_path / "data"
        code, said, _ = asked(data, *["Paper Boats", "", "", "pt", "PT", "Lisbon", "Nine"][:count])
        assert code == 1
        assert said.endswith("\nStopped; nothing was written.\n")
        assert not data.exists()

    def test_ctrl_c_leaves_nothing_behind(self, tmp_path: Path) -> None:
        data = tmp_path / "data"

        def ask(_: str) -> str:
            raise KeyboardInterrupt

        out = io.StringIO()
        assert new_show(data, {}, find_zone=find_zone, ask=ask, out=out) == 130
        assert "nothing was written" in out.getvalue()
        assert not data.exists()

    def test_ctrl_c_while_it_is_written_leaves_nothing_behind(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small_show(tmp_path)

        def interrupted(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(Path, "rename", interrupted)
        assert new_show(tmp_path, ENOUGH, find_zone=find_zone, ask=None, out=io.StringIO()) == 130
        assert [path.name for path in (tmp_path / "shows").iterdir()] == ["small"]


class TestAnswers:
    def test_nothing_but_what_is_needed(self, tmp_path: Path) -> None:
        show = made(tmp_path)
        assert days(show) == [None] * 4
        assert show.native_title is None
        assert [release.kind for release in show.episodes[0].releases] == [ReleaseKind.BROADCAST]

    def test_all_at_once(self, tmp_path: Path) -> None:
        show = made(tmp_path, days="all", first="2027-06-25", time="00:00", kind="streaming")
        assert days(show) == ["2027-06-25"] * 4
        assert show.episodes[0].releases[0].kind is ReleaseKind.STREAMING

    def test_dates_one_by_one_and_the_rest_unknown(self, tmp_path: Path) -> None:
        show = made(tmp_path, days="2027-03-01, 2027-03-08 2027-03-22", time="25:10")
        assert days(show) == ["2027-03-01", "2027-03-08", "2027-03-22", None]

    def test_weekdays_without_a_first_date(self, tmp_path: Path) -> None:
        assert days(made(tmp_path, days="월, 화")) == [None] * 4

    def test_the_korean_title_is_one_in_hangul(self, tmp_path: Path) -> None:
        assert made(tmp_path, language="ko", original_title="Eye Shopping").title.to("ko") == "Paper Boats"

    def test_names_of_languages_and_countries(self, tmp_path: Path) -> None:
        show = made(tmp_path, language="일본어", country="japan")
        assert (show.language, show.country) == ("ja", "JP")

    @pytest.mark.parametrize(
        ("typed", "printed"), [("9:30", "09:30"), ("12 am", "00:00"), ("12:15 PM", "12:15"), ("29:59", "29:59")]
    )
    def test_hours(self, typed: str, printed: str, tmp_path: Path) -> None:
        at = made(tmp_path, days="2027-03-01", time=typed).episodes[0].releases[0].at
        assert at is not None
        assert at.printed() == printed

    @pytest.mark.parametrize(
        ("option", "typed", "reason"),
        [
            ("title", "", "it can't be empty"),
            ("title", "x" * 81, "81 characters long"),
            ("title", "a\u200bb", "invisible"),
            ("title", "a\ud800b", "invisible or broken"),
            ("id", "Paper Boats", "is not an id"),
            ("id", "con", "device on Windows"),
            ("id", "../other", "is not an id"),
            ("language", "x", "no language that is known here"),
            ("country", "Atlantis", "no country that is known here"),
            ("zone", "Atlantis", "no place that is known here"),
            ("episodes", "0", "from 1 to 2,000"),
            ("episodes", "9" * 20, "from 1 to 2,000"),
            ("days", "someday", "neither weekdays"),
            ("days", "2027-02-30", "neither weekdays"),
            ("days", "2027-03-08, 2027-03-01", "comes after"),
            ("days", " ".join(["2027-03-01"] * 5), "5 dates for 4 episodes"),
            ("time", "30:00", "is not a time"),
            ("time", "13 pm", "is not a time"),
            ("time", "nine", "is not a time"),
            ("source", "http://a.example/", "beginning with https://"),
            ("source", "https://", "beginning with https://"),
            ("source", "https://me:secret@a.example/", "user name"),
        ],
    )
    def test_what_can_t_be_read_is_refused_with_the_reason(
        self, option: str, typed: str, reason: str, tmp_path: Path
    ) -> None:
        error = refusal(tmp_path, **{option: typed})
        assert error.key == "operator.new-show-answer"
        assert error.arguments["option"] == f"--{option}"
        assert reason in str(error.arguments["reason"])

    @pytest.mark.parametrize("first", ["2027-03-03", "tomorrow", "2099-12-29"])
    def test_a_first_day_that_can_t_be(self, first: str, tmp_path: Path) -> None:
        assert refusal(tmp_path, days="mon, tue", first=first).arguments["option"] == "--first"

    def test_what_nobody_is_asked_for_has_to_be_given(self, tmp_path: Path) -> None:
        options = {name: value for name, value in ENOUGH.items() if name != "network"}
        with pytest.raises(OperatorError) as refused:
            new_show(tmp_path, options, find_zone=find_zone, ask=None, out=io.StringIO())
        assert refused.value.key == "operator.new-show-missing"
        assert refused.value.arguments["option"] == "--network"


class TestFolders:
    def test_a_folder_that_is_there_is_never_touched(self, tmp_path: Path) -> None:
        show = small_show(tmp_path)
        before = {path.name: path.read_bytes() for path in show.iterdir()}
        with pytest.raises(OperatorError) as refused:
            new_show(tmp_path, {**ENOUGH, "id": "small"}, find_zone=find_zone, ask=None, out=io.StringIO())
        assert "nothing is overwritten" in str(refused.value.arguments["reason"])
        assert {path.name: path.read_bytes() for path in show.iterdir()} == before

    def test_a_name_that_is_taken_is_not_offered(self, tmp_path: Path) -> None:
        (tmp_path / "shows" / "paper-boats").mkdir(parents=True)
        _, _, prompts = asked(tmp_path, "Paper Boats", "", "", "paper-boats")
        assert prompts[2:] == ["> "] * 3

    def test_a_folder_that_appears_meanwhile_is_not_touched_either(self, tmp_path: Path) -> None:
        (tmp_path / "shows" / "paper-boats").mkdir(parents=True)
        draft = Draft(
            *("paper-boats", "Paper Boats", None, "pt", "PT", "Europe/Lisbon", "Nine", "broadcast", None, (None,)),
            sources=("https://a.example/",),
        )
        with pytest.raises(OperatorError) as refused:
            write(tmp_path, draft)
        assert refused.value.key == "operator.new-show-folder"
        assert list((tmp_path / "shows" / "paper-boats").iterdir()) == []

    def test_a_folder_that_can_t_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "shows").write_text("")
        with pytest.raises(OperatorError) as refused:
            new_show(tmp_path, ENOUGH, find_zone=find_zone, ask=None, out=io.StringIO())
        assert refused.value.key == "operator.new-show-folder"
        assert refused.value.exit_code == os.EX_CANTCREAT

    def test_the_examples_in_the_files_are_right_once_begun(self, tmp_path: Path) -> None:
        """What the comments tell to do makes a show without problems and hints."""
        made(tmp_path, language="ko", country="KR")
        folder = tmp_path / "shows" / "paper-boats"
        for kind in ("characters", "recaps"):
            path = folder / f"{kind}.yaml"
            before, _, after = path.read_text("utf-8").partition(f"{kind}: []\n")
            path.write_text(before + f"{kind}:\n" + re.sub("^#", "", after, flags=re.MULTILINE), "utf-8")
        show, episodes = folder / "show.yaml", folder / "episodes.yaml"
        show.write_text(re.sub(r"# (aliases:|minutes:|- \{)", r"\1", show.read_text("utf-8")), "utf-8")
        text = episodes.read_text("utf-8")
        title = re.findall("#   (, title: .*)", text)[0]
        episodes.write_text(text.replace("number: 1}", f"number: 1{title}}}"), "utf-8")
        found = examine(tmp_path)
        assert (found.problems, found.hints) == ((), ())
        assert found.catalogue is not None
        begun = found.catalogue.shows["paper-boats"]
        assert [character.id for character in begun.characters] == ["rita", "ferryman"]
        assert len(begun.episodes[0].beats) == 2
        assert (len(begun.aliases), begun.minutes, len(begun.episodes[0].releases)) == (2, 60, 2)
        assert begun.episodes[0].title is not None


_LINE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
_DAYS = st.lists(st.dates(date(1950, 1, 1), date(2099, 1, 1)), max_size=3).map(
    lambda found: " ".join(map(str, sorted(found)))
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    texts=st.fixed_dictionaries({"title": _LINE, "original-title": _LINE, "network": _LINE}),
    rest=st.fixed_dictionaries(
        {
            "language": st.sampled_from(["ko", "en", "pt", "no"]),
            "kind": st.sampled_from(["broadcast", "streaming"]),
            "days": st.sampled_from(["", "all", "mon", "daily", "weekends"]) | _DAYS,
            "time": st.sampled_from(["", "22:00", "29:59", "0:05"]),
            "episodes": st.integers(3, 20).map(str),
        }
    ),
    number=st.integers(0, 2**60),
)
def test_whatever_is_answered_makes_a_show_without_problems(
    texts: Mapping[str, str], rest: Mapping[str, str], number: int, tmp_path: Path
) -> None:
    answers: dict[str, Any] = {**ENOUGH, **texts, **rest, "id": f"show-{number}"}
    if rest["days"] in ("all", "mon", "daily", "weekends"):
        day = date(2027, 3, 1)
        while rest["days"] == "weekends" and day.weekday() < 5:
            day += timedelta(days=1)
        answers["first"] = str(day)
    data = tmp_path / f"{number}"
    if (data / "shows").exists():
        return
    assert new_show(data, answers, find_zone=find_zone, ask=None, out=io.StringIO()) == 0
    found = examine(data)
    assert found.problems == ()
    assert found.catalogue is not None
    show = found.catalogue.shows[f"show-{number}"]
    assert (show.title.to("en"), show.network) == (texts["title"], texts["network"])
    assert len(show.episodes) == int(rest["episodes"])


class TestProcess:
    def start(self, data: Path, *options: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-u", "-m", "bot", "new-show", str(data), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            env={**os.environ, "PYTHONUTF8": "1"},
        )

    def test_ctrl_c(self, tmp_path: Path) -> None:
        with self.start(tmp_path / "data") as process:
            assert process.stdout is not None
            while process.stdout.read(2) != "> ":
                process.stdout.readline()
            process.send_signal(signal.SIGINT)
            said, complaints = process.communicate(timeout=30)
        assert (process.returncode, complaints) == (130, "")
        assert said == "\nStopped; nothing was written.\n"
        assert not (tmp_path / "data").exists()

    def test_a_terminal_without_hangul(self, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "new-show", str(tmp_path / "data")],
            input="Paper Boats\n",
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
        )
        assert (done.returncode, done.stderr) == (1, "")
        assert "Such as ????; it is shown beside the title" in done.stdout

    def test_without_questions(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        options = ["--title", "Paper Boats", "--language", "Korean", "--zone", "Seoul", "--network", "Nine"]
        options += ["--episodes", "2", "--days", "fri", "--first", "2027-01-01", "--time", "9:50 pm"]
        options += ["--source", "https://a.example/", "--source", "https://b.example/", "--yes"]
        assert main(["new-show", str(tmp_path), *options]) == 0
        assert "DATA_DIR=" in capsys.readouterr().out
        found = examine(tmp_path).catalogue
        assert found is not None
        assert days(found.shows["paper-boats"]) == ["2027-01-01", "2027-01-08"]
        assert found.shows["paper-boats"].country == "KR"

    def test_a_zone_that_may_be_several(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        options = ["--title", "A", "--language", "en", "--zone", "CST", "--yes"]
        assert main(["new-show", str(tmp_path), *options]) == 64
        complaint = capsys.readouterr().err
        assert complaint.startswith("cliffhanger: --zone (CST) can't be used: `CST` may be ")
        assert not (tmp_path / "shows").exists()
