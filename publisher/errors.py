"""The tree of errors; errors of libraries are translated where they come up, with `from`.

    PublisherError                  shown as one line on stderr, exit code 1
    ├── SettingsError               a key, type or value of the settings; names the setting
    ├── SourceError                 a source that is unreadable, or not as the settings say
    │   └── NoDigests               a source folder that is missing or empty: nothing to publish yet
    ├── PluginError                 an installed package that can't be loaded or lacks a function
    ├── TemplateError               a template that is missing or fails
    ├── OutputError                 the output folder can't be written (full, read-only)
    ├── HubError                    a WebSub hub that can't be reached, or does not speak HTTP
    ├── FigureError                 a figure that can't be copied; it is shown from its host
    │   └── HostUnavailable         nor can others of its host now
    ├── GatherError                 a source of papers or a model that can't be used now
    │   ├── RequestFailed           a web server refused, or could not be reached; with the status
    │   └── AlreadyGathering        another process gathers
    ├── StoreError                  the database can't be opened, read or written
    │   └── OutdatedStore           its tables are of an earlier version; opening it upgrades them
    ├── SubscriberError             an address, topic or token that can't be accepted
    ├── IssueError                  an issue that does not exist or has nothing to send
    │   ├── AlreadyFrozen           another process, or an earlier run, has frozen the issue
    │   └── EditedMeanwhile         an editor changed the issue while it was drafted
    └── TransportError              a message or a connection failed; with the reply code
        ├── TemporaryFailure        nothing was accepted; try again later (4xx, lost connection)
        │   ├── QuotaExceeded       the provider's limit; pauses the issue, is no rejection
        │   └── ConnectionLimit     the server has enough connections; says nothing of the message
        ├── PermanentFailure        nothing was accepted and never will be (5xx)
        ├── ConfigurationFailure    no message can go: login refused, certificate, missing secret
        └── UnknownOutcome          the message left, the answer never came: in doubt

Defects of a single digest are `models.Finding` values, not exceptions, so that one bad file never
stops the rest.
"""

from __future__ import annotations

from functools import partial


class PublisherError(Exception):
    """Base of everything the program raises on purpose; its text is one line for people."""


class SettingsError(PublisherError):
    """A setting has a wrong name, type or value; the text names the setting and its origin."""


class SourceError(PublisherError):
    """A source folder is missing, holds no digest, or can't be read."""


class NoDigests(SourceError):
    """There is no digest yet; `reason` is the text without the `advice` what to do next."""

    def __init__(self, reason: str, advice: str) -> None:
        """Join both to one line."""
        super().__init__(f"{reason}; {advice}")
        self.reason = reason


class PluginError(PublisherError):
    """An installed package brings something that can't be imported, or lacks what it needs."""


class TemplateError(PublisherError):
    """A template is missing or can't be rendered; the text names the file and line."""


class OutputError(PublisherError):
    """The output folder can't be written; what was there before is intact."""


class HubError(PublisherError):
    """A WebSub hub can't be reached, or does not speak HTTP."""


class FigureError(PublisherError):
    """A figure can't be fetched, or is no picture that can be made small; the text says why."""


class HostUnavailable(FigureError):
    """The host of a figure does not answer, so that its other figures are left for later."""


class GatherError(PublisherError):
    """A source of papers, or a model, can't be reached or gives no usable answer."""


class RequestFailed(GatherError):
    """A request over HTTP failed for good.

    `status` is that of the answer, 0 where there was none; `wait_seconds` the pause that the server
    asks for, 0 where it does not say.
    """

    def __init__(self, message: str, *, status: int = 0, wait_seconds: float = 0.0) -> None:
        """Keep the one-line `message` and what the server says."""
        super().__init__(message)
        self.status = status
        self.wait_seconds = wait_seconds


class AlreadyGathering(GatherError):
    """Another process gathers papers into the same store."""


class StoreError(PublisherError):
    """The database can't be opened, read or written."""


class OutdatedStore(StoreError):
    """The tables are of an earlier version: whoever opens the store to write upgrades them."""


class SubscriberError(PublisherError):
    """An address, name, topic or token is not accepted."""


class IssueError(PublisherError):
    """An issue does not exist, or has nothing to send."""


class AlreadyFrozen(IssueError):
    """The issue is frozen: by an earlier run, or by another process at the same moment."""


class EditedMeanwhile(IssueError):
    """An editor changed the issue, or decided on it, while it was drafted."""


class TransportError(PublisherError):
    """A message or connection failed.

    `code` is the SMTP reply code (RFC 5321, 4.2), 0 where there was no reply; `enhanced` the
    enhanced status code (RFC 3463) such as "5.1.1", empty where there was none.
    """

    def __init__(self, message: str, *, code: int = 0, enhanced: str = "") -> None:
        """Keep the one-line `message` and the server's codes."""
        super().__init__(message)
        self.code = code
        self.enhanced = enhanced

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        """Keep the codes in a copy, such as one from another process."""
        return partial(type(self), code=self.code, enhanced=self.enhanced), self.args


class TemporaryFailure(TransportError):
    """Nothing was accepted; the same message may go later."""


class QuotaExceeded(TemporaryFailure):
    """The provider's sending limit is reached: pause, reject nobody."""


class ConnectionLimit(TemporaryFailure):
    """The server takes no more connections now, or no more messages over this one."""


class PermanentFailure(TransportError):
    """Nothing was accepted and the server will not change its mind (5xx)."""


class ConfigurationFailure(TransportError):
    """No message can be sent with these settings: login, certificate, host or secret."""


class UnknownOutcome(TransportError):
    """The whole message left this machine, but no answer came."""
