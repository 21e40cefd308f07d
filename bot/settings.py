"""Typed settings from the environment and `.env`. Read once, when the process starts; never at import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class SettingsError(Exception):
    """The settings can't be used; ``problems`` has one sentence for each that is wrong."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """Everything an operator can set. `.env.example` documents each of these; a test keeps it so."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    discord_token: SecretStr | None = Field(
        default=None, description="The bot's token, from the Discord developer portal."
    )
    database_url: str = Field(
        default="sqlite+aiosqlite:///var/cliffhanger.sqlite3",
        description="Where to keep what people save. The folder of a SQLite file is created.",
    )
    data_dir: Path | None = Field(
        default=None, description="The folder with `shows/`. Unset: the data that comes with the program."
    )
    cache_dir: Path | None = Field(
        default=None,
        description="Where shows are kept compiled, for a quick start. Unset: `cache` beside the SQLite database.",
    )
    dev_guild_ids: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(), description="Servers that get new commands at once, separated by commas."
    )
    default_show: str | None = Field(
        default=None,
        description="The show that commands mean when none is named. Unset: The Defects, or else the first by title.",
    )
    party_lead_minutes: int = Field(
        default=30, ge=1, le=1440, description="How long before a watch party its guests are mentioned."
    )
    reminder_lead_minutes: int = Field(
        default=15, ge=0, le=10_080, description="How long before an episode a reminder comes by default."
    )
    feeds_listen: str | None = Field(
        default=None,
        description="Where to serve calendar links, as a port (of this machine alone) or host:port. Unset: nowhere.",
    )
    feeds_url: str | None = Field(
        default=None,
        validate_default=True,
        description="The address under which people's calendars reach what is served at FEEDS_LISTEN.",
    )
    metrics_listen: str | None = Field(
        default=None,
        description="Where to serve /live, /ready and /metrics, as a port (of this machine alone) or host:port.",
    )
    refresh_hours: float | None = Field(
        default=None,
        ge=1,
        le=720,
        description="How often the dates of imported shows are asked for again, in hours. Unset: never.",
    )
    shard_count: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        description="Into how many shards Discord divides the servers, the same for all processes. Unset: it doesn't.",
    )
    shard_ids: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(),
        validate_default=True,
        description="Which of the shards this process has, such as 0,1 or 0-3. Unset: all of them.",
    )
    left_server_days: int = Field(
        default=30,
        ge=0,
        le=3650,
        description="How many days after the bot has left a server what belongs to it is deleted. 0: at once.",
    )
    privacy_url: str | None = Field(
        default=None,
        description="Where your privacy policy can be read; `/about` links to it. Unset: `/about` sums it up alone.",
    )
    backups_kept: int = Field(
        default=5,
        ge=0,
        le=1000,
        description="How many copies made before changes of the schema stay beside a SQLite file. 0: none are made.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="How much is logged to standard error."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="How it is logged: lines to read, or one JSON object a line."
    )

    @field_validator("shard_ids", mode="before")
    @classmethod
    def _spans(cls, value: Any) -> Any:
        return _numbers(value) if isinstance(value, str) else value

    @field_validator("shard_ids")
    @classmethod
    def _are_shards(cls, value: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        if "shard_count" not in info.data:
            return value
        count: int | None = info.data["shard_count"]
        if count is None:
            if value:
                raise ValueError("is of no use without SHARD_COUNT, the number of all shards")
            return value
        twice = next((shard for shard in value if value.count(shard) > 1), None)
        if twice is not None:
            raise ValueError(f"names shard {twice} twice; write each once, such as 0,1 or 0-3")
        beyond = next((shard for shard in value if shard >= count), None)
        if beyond is not None:
            raise ValueError(f"names shard {beyond}, but with SHARD_COUNT={count} the last one is {count - 1}")
        if value and len(value) < count and str(info.data.get("database_url", "")).startswith("sqlite"):
            raise ValueError(
                "names some of the shards alone, which leaves the others to other processes, and several processes "
                "need PostgreSQL: set DATABASE_URL to one, or leave SHARD_IDS out"
            )
        return value or tuple(range(count))

    @field_validator("dev_guild_ids", mode="before")
    @classmethod
    def _split_ids(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part for part in (piece.strip() for piece in value.split(",")) if part)
        return value

    @field_validator(
        "discord_token",
        "data_dir",
        "cache_dir",
        "default_show",
        "feeds_listen",
        "feeds_url",
        "metrics_listen",
        "refresh_hours",
        "privacy_url",
        "shard_count",
        mode="before",
    )
    @classmethod
    def _blank_is_unset(cls, value: Any) -> Any:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("feeds_listen", "metrics_listen")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value is not None:
            host_and_port(value)
        return value

    @field_validator("feeds_url")
    @classmethod
    def _is_a_base(cls, value: str | None, info: ValidationInfo) -> str | None:
        listens = info.data.get("feeds_listen") is not None
        if value is None:
            if listens:
                raise ValueError("is needed with FEEDS_LISTEN, such as https://calendars.example.org")
            return None
        parts = urlsplit(value.strip())
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("write it like https://calendars.example.org or https://example.org/calendars")
        if not listens and "feeds_listen" in info.data:
            raise ValueError("is of no use without FEEDS_LISTEN")
        return value.strip()

    @field_validator("privacy_url")
    @classmethod
    def _is_a_page(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value.strip())
        if parts.scheme not in {"http", "https"} or not parts.hostname or any(char.isspace() for char in value.strip()):
            raise ValueError("write it like https://example.org/privacy")
        return value.strip()

    @field_validator("log_format", mode="before")
    @classmethod
    def _in_any_case(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value


def _numbers(typed: str) -> tuple[int, ...]:
    """The numbers of a list such as 0,1 or 0-3,6. Raises ValueError."""
    found: list[int] = []
    for part in filter(None, (piece.strip() for piece in typed.split(","))):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if not all(piece.isascii() and piece.isdigit() and len(piece) <= 6 for piece in (first, last or first)):
            raise ValueError("write numbers from 0 on, such as 0,1 or 0-3")
        if dash and (not last or int(last) < int(first)):
            raise ValueError(f"{part} is no span; write the lower number first, such as 0-3")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)


def host_and_port(typed: str) -> tuple[str, int]:
    """The host and the port of an address to listen at; of a port alone this machine's own. Raises ValueError."""
    host, _, port = typed.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    if not (port.isascii() and port.isdigit() and 0 <= int(port) <= 65_535) or any(char.isspace() for char in host):
        raise ValueError("write a port such as 8788, or host:port such as 0.0.0.0:8788 or [::1]:8788")
    return host, int(port)


def read_settings(env_file: Path | None = Path(".env")) -> Settings:
    """The settings of this process.

    Raises SettingsError naming every variable that is wrong. The values themselves are not repeated, since
    one of them is a secret.
    """
    try:
        return Settings(_env_file=env_file)  # pyright: ignore[reportCallIssue]
    except ValidationError as error:
        raise SettingsError(
            tuple(
                f"{'.'.join(str(part) for part in problem['loc'][:1]).upper()}: {problem['msg']}"
                for problem in error.errors(include_input=False, include_url=False)
            )
        ) from None


def data_folder(settings: Settings) -> Path:
    """The folder of the dataset: `DATA_DIR`, else the one shipped with a checkout or an installed wheel."""
    if settings.data_dir is not None:
        return settings.data_dir
    package = Path(__file__).parent
    checkout = package.parent / "data"
    return checkout if (checkout / "shows").is_dir() else package / "shipped_data"
