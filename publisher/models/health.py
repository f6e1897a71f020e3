"""Results of the checks of an installation, as `publisher doctor` and the operator's pages show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class HealthStatus(StrEnum):
    """The state of what was checked: an error is to be mended, a warning to be looked at."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """The result of a check.

    `advice` is the next step: a command, or a line for the settings file. `setting` names the
    setting that decides, such as "mail.host". All texts are in the reader's language, and hold no
    secret.
    """

    area: str  # one of services.doctor.AREAS
    status: HealthStatus
    message: str
    advice: str = ""
    setting: str = ""

    @property
    def is_problem(self) -> bool:
        """Whether an operator has to do or to look at something."""
        return self.status in (HealthStatus.ERROR, HealthStatus.WARNING)
